using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrchestrationBench.Chaos;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Orchestration;

namespace OrchestrationBench.Servers;

/// <summary>A server with orchestration and nothing else; in this process, or as a child that can be killed.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    public const string ChildCommand = "serve";
    public const string ListeningLine = "listening on ";

    private readonly WebApplication _app;

    private BenchServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<BenchServer> StartAsync(string database, Action<IServiceCollection> addPipelines, Dictionary<string, string?> settings, ILoggerProvider? log = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Hangfire", LogLevel.Warning);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:MySql"] = database });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(new SqlFolder(Path.Combine(Checkout.Root, "sql"))).AddSingleton(new Warehouse(database)).AddSingleton<SchemaInstaller>();
        builder.Services.AddSingleton(TimeProvider.System).AddProblemDetails();
        builder.Services.AddOrchestration(builder.Configuration);
        addPipelines(builder.Services);
        var app = builder.Build();
        app.UseDatabaseAway();
        app.MapOrchestration();
        await app.Services.GetRequiredService<SchemaInstaller>().InstallAsync(default);
        await app.StartAsync();
        return new BenchServer(app);
    }

    /// <summary>The child's whole life: serves the pipelines of the seed until it is told to stop.</summary>
    public static async Task<int> ServeAsync(string database, int seed)
    {
        await using var server = await StartAsync(database, services => ChaosPipelines.Add(services, seed), ChaosPipelines.Settings, new ConsoleLog());
        Console.WriteLine(ListeningLine + server.Address);
        await server.Get<IHostApplicationLifetime>().ApplicationStopping.AsTask();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

internal static class Cancellations
{
    public static Task AsTask(this CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(source.SetResult);
        return source.Task;
    }
}
