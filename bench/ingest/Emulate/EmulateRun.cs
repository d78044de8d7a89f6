using System.Diagnostics;
using System.Text.Json;
using IngestBench.Broker;
using IngestBench.Report;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Ingestion;
using PinScheduler.Kafka;
using PinScheduler.Source;
using PinScheduler.Stages;
using PinScheduler.Stages.Emulate;

namespace IngestBench.Emulate;

/// <summary>Stage and ingestion API in one process, as in the scheduler; database and broker are others.</summary>
internal sealed class EmulateRun(int posts, int source, int rounds, int partitions, int? requests, double? rate)
{
    // a server has long been compiled
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Figures.WriteMachine();
        using var database = new BenchDatabase();
        using var broker = new BenchBroker();
        foreach (var set in DataSet.All)
        {
            broker.CreateTopic($"bench.{set.Key}", partitions);
        }

        await using var app = Host(database.ConnectionString, broker.BootstrapServers);
        await app.StartAsync(cancellationToken);
        var warehouse = app.Services.GetRequiredService<Warehouse>();
        await new SchemaInstaller(warehouse, new SqlFolder(Path.Combine(Checkout.Root, "sql")), TimeProvider.System).InstallAsync(cancellationToken);
        Console.Error.WriteLine($"seeding {source:N0} posts …");
        await app.Services.GetRequiredService<SourceSeeder>().SeedAsync(source, cancellationToken);
        var (rates, uneven, begun) = (new List<double>(), new List<(double One, double Five)>(), Stopwatch.GetTimestamp());
        for (var run = 1; rates.Count < rounds; run++)
        {
            var (isWarm, steadiness) = (Stopwatch.GetElapsedTime(begun) > WarmUp, new Steadiness());
            var context = await ContextAsync(warehouse, run, steadiness, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            await app.Services.GetRequiredService<EmulateStage>().RunAsync(context, cancellationToken);
            var reached = posts / Stopwatch.GetElapsedTime(started).TotalSeconds;
            Console.Error.WriteLine($"{(isWarm ? $"round {rates.Count + 1}/{rounds}" : "warm-up")}  {reached:N0} posts/s");
            if (isWarm)
            {
                rates.Add(reached);
                uneven.Add((steadiness.Worst(1, rate ?? reached), steadiness.Worst(5, rate ?? reached)));
            }
        }

        Figures.Write(
            $"Emulate → API → broker, {posts:N0} posts of {source:N0}, {partitions} partitions, {(rate is { } asked ? $"{asked:N0} a second asked for, " : "")}median of {rounds} runs",
            ["posts/s", "records/s", "worst second, % off", "worst 5 s, % off", "peak MB of the process"],
            [[Figures.Text(Figures.Median(rates)), Figures.Text(Figures.Median(rates) * DataSet.All.Count), Figures.Text(Figures.Median(uneven.Select(worst => worst.One))), Figures.Text(Figures.Median(uneven.Select(worst => worst.Five))), Figures.Text(Produce.BenchServer.PeakOf(Environment.ProcessId))]]);
        await app.StopAsync(cancellationToken);
        return 0;
    }

    private WebApplication Host(string database, string brokers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(DataSet.All.Select(set => KeyValuePair.Create($"Kafka:Topics:{set.Key}:Name", (string?)$"bench.{set.Key}")))
        {
            ["Kafka:BootstrapServers"] = brokers,
            ["ConnectionStrings:MySql"] = database,
            [requests is null ? "Nothing" : "Pipeline:EmulateRequests"] = $"{requests}",
        });
        builder.Configuration.AddEnvironmentVariables();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddKafka(builder.Configuration).AddIngestion(builder.Configuration).AddEmulate(builder.Configuration).AddSource(builder.Configuration);
        builder.Services.AddSingleton(new Warehouse(database)).AddSingleton(new SqlFolder(Path.Combine(Checkout.Root, "sql"))).AddSingleton(TimeProvider.System);
        var app = builder.Build();
        app.UseRouting();
        app.MapIngestion();
        return app;
    }

    private async Task<StageContext> ContextAsync(Warehouse warehouse, long run, Steadiness steadiness, CancellationToken cancellationToken) => new()
    {
        RunId = run,
        TaskKey = "emulate",
        LogicalDate = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().Date),
        Parameters = new RunParameters(JsonSerializer.SerializeToElement(new { posts, postsPerSecond = rate }).EnumerateObject().ToDictionary(property => property.Name, property => property.Value)),
        Attempt = 1,
        Fence = await warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"{run}/emulate"), cancellationToken),
        Log = NullLogger.Instance,
        Report = (done, _, _) => steadiness.Note(done),
        WarnAsync = _ => Task.CompletedTask,
    };
}
