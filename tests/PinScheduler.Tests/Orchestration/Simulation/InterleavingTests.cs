using CsCheck;
using PinScheduler.Orchestration;

namespace PinScheduler.Tests.Orchestration.Simulation;

/// <summary>
/// Two servers on small graphs, one step at a time and in any order: fetch, claim, end, wake the children, remove from the queue; with failures,
/// deaths at any step, dead servers that come back late, cancels and the reconciler between them. All steps are the program's own, on the real
/// database. PINSCHEDULER_SIMULATIONS says how many are drawn.
/// </summary>
public sealed class InterleavingTests : IAsyncLifetime
{
    public const int Tasks = 4;
    private static readonly int Samples = int.TryParse(Environment.GetEnvironmentVariable("PINSCHEDULER_SIMULATIONS"), out var given) ? given : 40;

    private static readonly Gen<(int Edges, bool AllDone, int[] Choices)> Stories = Gen.Select(Gen.Int[0, (1 << (Tasks * (Tasks - 1) / 2)) - 1], Gen.Bool, Gen.Int[0, 99].Array[0, 60]);

    private OrchestrationHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("interleaved"), pipeline => pipeline.Add("unused"),
        settings: TaskQueue.All.ToDictionary(queue => $"Pipeline:Workers:{queue}", _ => (string?)"0").Append(new("Pipeline:ReconcileIntervalInSeconds", "3600")).ToDictionary(),
        configure: services =>
        {
            for (var edges = 0; edges < 1 << (Tasks * (Tasks - 1) / 2); edges++)
            {
                foreach (var allDone in new[] { false, true })
                {
                    var (drawn, rule) = (edges, allDone);
                    services.AddPipeline(Name(edges, allDone), (_, pipeline) => Describe(pipeline.Overlap(OverlapPolicy.Allow), drawn, rule));
                }
            }
        });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public Task AnyOrderOfSteps_StartsEachTaskOnceAndForgetsNone() => Stories.SampleAsync(
        async story =>
        {
            using var simulation = new RunSimulation(_host, Name(story.Edges, story.AllDone), story.Edges);
            await simulation.RunAsync(story.Choices);
        },
        iter: Samples, threads: 1, print: story => $"graph {Name(story.Edges, story.AllDone)}: {string.Join("; ", Enumerable.Range(1, Tasks - 1).Select(child => $"t{child} after {string.Join(',', Parents(story.Edges, child))}"))}; choices [{string.Join(", ", story.Choices)}]");

    /// <summary>The bits of <paramref name="edges"/> are the pairs of a parent and a later task.</summary>
    public static IEnumerable<int> Parents(int edges, int child) => Enumerable.Range(0, child).Where(parent => (edges >> ((child * (child - 1) / 2) + parent) & 1) == 1);

    private static string Name(int edges, bool allDone) => $"d{edges}{(allDone ? "any" : "")}";

    private static void Describe(PipelineBuilder pipeline, int edges, bool allDone)
    {
        for (var child = 0; child < Tasks; child++)
        {
            pipeline.Add($"t{child}").After(Parents(edges, child).Select(parent => $"t{parent}")).When(allDone && child == Tasks - 1 ? TriggerRule.AllDone : TriggerRule.AllSuccess);
        }
    }
}
