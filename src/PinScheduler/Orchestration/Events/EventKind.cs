namespace PinScheduler.Orchestration.Events;

/// <summary>What people are told of, as it is stored, sent and configured.</summary>
internal static class EventKind
{
    public const string Failed = "failed";

    /// <summary>The first whole run that succeeds after one that failed.</summary>
    public const string Recovered = "recovered";

    public const string Deadline = "deadline";

    /// <summary>A run takes over three times as long as usual.</summary>
    public const string Slow = "slow";

    /// <summary>A run has succeeded, with warnings.</summary>
    public const string Warnings = "warnings";

    public static IReadOnlyList<string> All { get; } = [Failed, Recovered, Deadline, Slow, Warnings];
}
