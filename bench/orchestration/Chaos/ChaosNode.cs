using PinScheduler.Orchestration;

namespace OrchestrationBench.Chaos;

/// <summary>A task of a drawn graph.</summary>
internal sealed record ChaosNode(IReadOnlyList<int> Parents, TriggerRule Rule)
{
    public static string Key(int index) => $"t{index}";

    /// <summary>The same graph for the same random numbers: all servers draw the same.</summary>
    public static List<ChaosNode> Draw(Random random)
    {
        var nodes = new List<ChaosNode>();
        var count = random.Next(3, 12);
        for (var i = 0; i < count; i++)
        {
            nodes.Add(new([.. Enumerable.Range(0, i).Where(_ => random.Next(100) < 35)], random.Next(100) < 15 ? TriggerRule.AllDone : TriggerRule.AllSuccess));
        }

        return nodes;
    }
}
