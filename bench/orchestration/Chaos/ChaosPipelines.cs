using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

namespace OrchestrationBench.Chaos;

/// <summary>What the servers of a chaos run serve: graphs drawn by its seed, every second one with one active run at most; and a task that lingers until its server dies.</summary>
internal static class ChaosPipelines
{
    public const string Linger = "linger";

    /// <summary>A seed that draws no graphs.</summary>
    public const int OnlyLinger = -1;

    private const int Graphs = 8;

    public static IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, Graphs).Select(i => $"g{i}")];

    public static Dictionary<string, string?> Settings { get; } = new()
    {
        ["Pipeline:RetryDelaysInSeconds:0"] = "0.1",
        ["Pipeline:RetryDelaysInSeconds:1"] = "0.3",
        ["Pipeline:ReconcileIntervalInSeconds"] = "2",
        // the deaths here are not the tasks' doing
        ["Pipeline:MaxDeliveries"] = "1000",
        ["Pipeline:ShutdownTimeoutInSeconds"] = "5",
    };

    public static bool IsExclusive(string pipeline) => int.Parse(pipeline.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) % 2 == 0;

    public static void Add(IServiceCollection services, int seed)
    {
        services.AddPipeline(Linger, static (_, pipeline) => pipeline.Task("t", "chaos", "t", TaskQueue.Analyze, static _ => new LingerStage()));
        if (seed == OnlyLinger)
        {
            return;
        }

        var random = new Random(seed);
        foreach (var name in Names)
        {
            var graph = ChaosNode.Draw(random);
            services.AddPipeline(name, (_, pipeline) =>
            {
                pipeline.Overlap(IsExclusive(name) ? OverlapPolicy.Queue : OverlapPolicy.Allow);
                for (var i = 0; i < graph.Count; i++)
                {
                    var node = graph[i];
                    pipeline.Task(ChaosNode.Key(i), "chaos", ChaosNode.Key(i), TaskQueue.Analyze, provider => new ChaosStage(provider.GetRequiredService<Warehouse>(), node, seed))
                        .After(node.Parents.Select(ChaosNode.Key)).When(node.Rule);
                }
            });
        }
    }

    private sealed class LingerStage : IStage
    {
        public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
        {
            await Task.Delay(context.Attempt == 1 ? TimeSpan.FromMinutes(10) : TimeSpan.Zero, cancellationToken);
            return StageResult.Of();
        }
    }
}
