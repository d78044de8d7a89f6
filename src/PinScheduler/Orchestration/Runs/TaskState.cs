namespace PinScheduler.Orchestration.Runs;

/// <summary>
/// A task's states, as they are stored and shown.
/// <code>
///   waiting ──> queued ──> running ──> succeeded
///    │   ^                 │  ^  └───> failed ──(requeued)──> queued
///    v   │                 v  │
///   upstream_failed       retrying          skipped, cancelled: for good, until the run is retried
/// </code>
/// </summary>
internal static class TaskState
{
    public const string Waiting = "waiting";
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Retrying = "retrying";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string UpstreamFailed = "upstream_failed";
    public const string Skipped = "skipped";
    public const string Cancelled = "cancelled";

    public static bool IsFinal(string state) => state is Succeeded or Failed or UpstreamFailed or Skipped or Cancelled;

    public static bool IsBad(string state) => state is Failed or UpstreamFailed or Cancelled;

    /// <summary>In a queue, on a worker or about to be again.</summary>
    public static bool IsActive(string state) => state is Queued or Running or Retrying;
}
