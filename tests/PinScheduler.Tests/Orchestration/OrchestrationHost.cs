using System.Diagnostics;
using Dapper;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration;

/// <summary>A server with orchestration and nothing else, on a real MariaDB; several on one database are several servers.</summary>
internal sealed class OrchestrationHost : IAsyncDisposable
{
    private static readonly ILoggerFactory Loggers = Environment.GetEnvironmentVariable("PINSCHEDULER_TEST_LOG") is { Length: > 0 } level
        ? LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(Enum.Parse<LogLevel>(level)))
        : NullLoggerFactory.Instance;

    private readonly WebApplication _app;

    private OrchestrationHost(WebApplication app, string connectionString) => (_app, ConnectionString) = (app, connectionString);

    public string ConnectionString { get; }

    public IServiceProvider Services => _app.Services;

    public JobStorage Storage => Get<JobStorage>();

    public HttpClient Http => _app.GetTestClient();

    public static async Task<OrchestrationHost> StartAsync(
        string connectionString, Action<PipelineBuilder> describe, TimeProvider? time = null, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? configure = null, string pipeline = "nightly", Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // Hangfire keeps the factory of the last host in a static place, and would log to one that is disposed
        builder.Services.AddSingleton(Loggers);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:MySql"] = connectionString,
            ["Pipeline:RetryDelaysInSeconds:0"] = "0",
            ["Pipeline:RetryDelaysInSeconds:1"] = "0",
            ["Pipeline:ShutdownTimeoutInSeconds"] = "5",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(new SqlFolder(Path.Combine(MariaDb.Root, "sql"))).AddSingleton(new Warehouse(connectionString)).AddSingleton<SchemaInstaller>();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddProblemDetails();
        configure?.Invoke(builder.Services);
        builder.Services.AddOrchestration(builder.Configuration);
        builder.Services.AddPipeline(pipeline, (_, described) => describe(described));
        var app = builder.Build();
        app.MapOrchestration();
        map?.Invoke(app);
        await app.Services.GetRequiredService<SchemaInstaller>().InstallAsync(default);
        await app.StartAsync();
        return new OrchestrationHost(app, connectionString);
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public async Task<long> TriggerAsync(string pipeline = "nightly", params string[] only) =>
        (await Get<RunStarter>().StartAsync(new RunRequest { Pipeline = pipeline, Trigger = TriggerKind.Api, Only = only.Length == 0 ? null : only }, default)).Run;

    public Task<RunView> ReadAsync(long run) => Get<RunReader>().GetAsync(run, default);

    public async Task<RunView> WaitAsync(long run, Func<RunView, bool> until, double seconds = 20)
    {
        for (var deadline = DateTime.MinValue + TimeSpan.FromMilliseconds(Environment.TickCount64) + TimeSpan.FromSeconds(seconds); ; await Task.Delay(10))
        {
            var view = await ReadAsync(run);
            if (until(view))
            {
                return view;
            }

            if (DateTime.MinValue + TimeSpan.FromMilliseconds(Environment.TickCount64) > deadline)
            {
                throw new TimeoutException($"Run {run} is {view.State} ({view.Reason}) after {seconds} s:{string.Concat(view.Tasks!.Select(task => $"\n  {task.Key} {task.State} {task.Reason} {task.Error} job {task.JobId}"))}");
            }
        }
    }

    public Task<RunView> WaitForEndAsync(long run, double seconds = 20) => WaitAsync(run, view => view.EndedAt is not null, seconds);

    public async Task<T> QueryAsync<T>(string sql, object? values = null)
    {
        await using var connection = await Get<Warehouse>().OpenAsync(default);
        return (await connection.ExecuteScalarAsync<T>(sql, values))!;
    }

    /// <summary>Waits until the query counts nothing.</summary>
    public async Task WaitForNoneAsync(string count, double seconds = 20)
    {
        var started = Stopwatch.GetTimestamp();
        while (await QueryAsync<int>(count) is var left and > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"After {seconds} s {left} are left: {count}");
            await Task.Delay(20);
        }
    }

    public async Task ExecuteAsync(string sql, object? values = null)
    {
        await using var connection = await Get<Warehouse>().OpenAsync(default);
        await connection.ExecuteAsync(sql, values);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>A stage that does what a test says.</summary>
internal sealed class TestStage(Func<StageContext, CancellationToken, Task<StageResult>> run) : IStage
{
    public static StageResult Nothing { get; } = StageResult.Of();

    public Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken) => run(context, cancellationToken);
}

internal static class TestPipeline
{
    public static TaskBuilder Add(this PipelineBuilder pipeline, string key, Func<StageContext, CancellationToken, Task<StageResult>>? run = null, string stage = "analyze", string queue = TaskQueue.Analyze) =>
        pipeline.Task(key, stage, key, queue, _ => new TestStage(run ?? ((_, _) => Task.FromResult(TestStage.Nothing))));
}
