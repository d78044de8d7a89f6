namespace StorageBench.Scenarios;

/// <summary>All scenarios, in the order of their running.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new EnqueueScenario(producers: 1),
        new EnqueueScenario(producers: 4),
        new ProcessScenario(workers: 10),
        new ProcessScenario(workers: 20),
        new LatencyScenario(),
        new RemoteLatencyScenario(),
        new ContinuationScenario(length: 1, share: 0.5),
        new ContinuationScenario(length: 10, share: 0.1),
        new IdleScenario(),
        new DelayedScenario(),
    ];
}
