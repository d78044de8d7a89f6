using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Stages.Drain;
using PinScheduler.Stages.Drain.Sharing;

namespace IngestBench.Drain;

/// <summary>The stage itself, ledger and all: from asking where the topics end to the committed rows.</summary>
internal sealed class OurDrain : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public OurDrain(string brokers, string database, string folder, bool native, int? queueKilobytes)
    {
        var settings = DataSet.All.ToDictionary(set => $"Kafka:Topics:{set.Key}:Name", set => (string?)Records.Topic(set));
        settings["Kafka:BootstrapServers"] = brokers;
        settings["Kafka:Embedded"] = "true";
        settings["Kafka:NativeConsumer"] = native ? "true" : "false";
        if (queueKilobytes is { } size)
        {
            settings["Kafka:queued.max.messages.kbytes"] = $"{size}";
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(new Warehouse(database))
            .AddSingleton(new DataFolder(folder))
            .AddKafka(configuration)
            .AddLanding(configuration)
            .AddDrain(configuration)
            .AddSingleton<IIngestServers>(new ThisAlone())
            .BuildServiceProvider();
    }

    /// <param name="atOnce">All topics at the same time, as a run drains them; else one after the other.</param>
    /// <returns>Records landed.</returns>
    public async Task<long> RunAsync(long run, bool atOnce, CancellationToken cancellationToken)
    {
        var drains = DataSet.All.Select(set => (Func<Task<StageResult>>)(() => DrainAsync(set, run, cancellationToken)));
        if (atOnce)
        {
            return (await Task.WhenAll(drains.Select(drain => Task.Run(drain)))).Sum(result => result.Counts["records"]);
        }

        var records = 0L;
        foreach (var drain in drains)
        {
            records += (await drain()).Counts["records"];
        }

        return records;
    }

    /// <summary>Nothing has been drained yet.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var warehouse = _services.GetRequiredService<Warehouse>();
        await new SchemaInstaller(warehouse, new SqlFolder(Path.Combine(Checkout.Root, "sql")), TimeProvider.System).InstallAsync(cancellationToken);
        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            foreach (var table in (string[])["landing_file", "landing_partition", "landing_holes"])
            {
                await using var delete = new MySqlConnector.MySqlCommand($"delete from {table}", connection, transaction);
                await delete.ExecuteNonQueryAsync(cancellationToken);
            }
        }, cancellationToken);
        foreach (var set in DataSet.All)
        {
            var folder = Path.Combine(_services.GetRequiredService<LandingFolder>().Root, Records.Topic(set));
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class ThisAlone : IIngestServers
    {
        public bool IsOne => true;

        public Task<int> CountAsync(CancellationToken cancellationToken) => Task.FromResult(1);
    }

    private async Task<StageResult> DrainAsync(DataSet set, long run, CancellationToken cancellationToken)
    {
        var warehouse = _services.GetRequiredService<Warehouse>();
        return await ActivatorUtilities.CreateInstance<DrainStage>(_services, set).RunAsync(new StageContext
        {
            RunId = run,
            TaskKey = $"drain-{set.Key}",
            LogicalDate = new DateOnly(2026, 11, 22),
            Parameters = RunParameters.None,
            Attempt = 1,
            Fence = await warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"{run}/drain-{set.Key}"), cancellationToken),
            Log = NullLogger.Instance,
            WarnAsync = static _ => Task.CompletedTask,
        }, cancellationToken);
    }
}
