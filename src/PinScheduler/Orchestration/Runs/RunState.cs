namespace PinScheduler.Orchestration.Runs;

/// <summary>A run's states, as they are stored and shown.</summary>
internal static class RunState
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
    public const string Skipped = "skipped";

    public static IReadOnlyList<string> All { get; } = [Queued, Running, Succeeded, Failed, Cancelled, Skipped];
}
