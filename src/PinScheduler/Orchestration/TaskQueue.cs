namespace PinScheduler.Orchestration;

/// <summary>The queues of Hangfire that are served; nothing of ours is ever on `default`.</summary>
public static class TaskQueue
{
    /// <summary>Ticks and other control work.</summary>
    public const string Pipeline = "pipeline";

    public const string Ingest = "ingest";

    public const string Transform = "transform";

    public const string Analyze = "analyze";

    /// <summary>Has few workers: checks, which in a first night look at every row, leave the cores to what makes results.</summary>
    public const string Check = "check";

    public static IReadOnlyList<string> All { get; } = [Pipeline, Ingest, Transform, Analyze, Check];
}
