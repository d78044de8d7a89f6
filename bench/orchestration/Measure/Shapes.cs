using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

namespace OrchestrationBench.Measure;

/// <summary>The pipelines that are measured, of tasks that do nothing.</summary>
internal static class Shapes
{
    public const string Steps3 = "steps3";
    public const string Chain30 = "chain30";
    public const string Layers30 = "layers30";
    public const string Fan28 = "fan28";
    public const string Chain40 = "chain40";
    public const string Tasks1000 = "tasks1000";
    public const string Held = "held";
    public const string Waits = "waits";
    public const string Sleeps = "sleeps";

    public static Dictionary<string, int> Sizes { get; } = new() { [Steps3] = 3, [Chain30] = 30, [Layers30] = 30, [Fan28] = 30, [Chain40] = 40, [Tasks1000] = 1000 };

    public static void Add(IServiceCollection services, StopClock stops)
    {
        Chain(services, Steps3, 3);
        Chain(services, Chain30, 30);
        Chain(services, Chain40, 40);
        Layers(services, Layers30, layers: 10, width: 3, parents: 3);
        Layers(services, Tasks1000, layers: 40, width: 25, parents: 2);
        Pipeline(services, Fan28, pipeline =>
        {
            Empty(pipeline, "first");
            var middle = Enumerable.Range(0, 28).Select(i => $"t{i}").ToList();
            middle.ForEach(key => Empty(pipeline, key).After("first"));
            Empty(pipeline, "last").After(middle);
        });
        // nobody serves its queue: its runs stay active
        Pipeline(services, Held, pipeline => pipeline.Overlap(OverlapPolicy.Allow).Task("t", "bench", "t", TaskQueue.Ingest, static _ => new Stage(static (_, _) => Task.FromResult(StageResult.Of()))));
        Pipeline(services, Waits, pipeline => pipeline.Task("t", "bench", "t", TaskQueue.Analyze, _ => new Stage((_, cancellationToken) => stops.RunAsync(() => Task.Delay(Timeout.Infinite, cancellationToken)))));
        Pipeline(services, Sleeps, pipeline => pipeline.Task("t", "bench", "t", TaskQueue.Analyze, provider => new Stage((_, cancellationToken) => stops.RunAsync(async () =>
        {
            await using var connection = await provider.GetRequiredService<Warehouse>().OpenAsync(cancellationToken);
            await using var sleep = connection.CreateCommand();
            (sleep.CommandText, sleep.CommandTimeout) = ("select sleep(300)", 0);
            await sleep.ExecuteScalarAsync(cancellationToken);
            // MariaDB's sleep ends without an error when its query is killed
            cancellationToken.ThrowIfCancellationRequested();
        }))));
    }

    private static void Chain(IServiceCollection services, string key, int length) => Layers(services, key, length, width: 1, parents: 1);

    private static void Layers(IServiceCollection services, string key, int layers, int width, int parents) => Pipeline(services, key, pipeline =>
    {
        for (var layer = 0; layer < layers; layer++)
        {
            for (var i = 0; i < width; i++)
            {
                Empty(pipeline, $"l{layer}t{i}").After(layer == 0 ? [] : Enumerable.Range(i, parents).Select(parent => $"l{layer - 1}t{parent % width}"));
            }
        }
    });

    private static TaskBuilder Empty(PipelineBuilder pipeline, string key) => pipeline.Task(key, "bench", key, TaskQueue.Analyze, static _ => new Stage(static (_, _) => Task.FromResult(StageResult.Of())));

    private static void Pipeline(IServiceCollection services, string key, Action<PipelineBuilder> describe) => services.AddPipeline(key, (_, pipeline) => describe(pipeline));

    private sealed class Stage(Func<StageContext, CancellationToken, Task<StageResult>> run) : IStage
    {
        public Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken) => run(context, cancellationToken);
    }
}
