using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>What the reconciler does about a task and its job.</summary>
internal enum Mend
{
    Nothing,

    /// <summary>The job is there but asleep: enqueue it.</summary>
    Push,

    /// <summary>The job is gone or over: make a new one.</summary>
    NewJob,

    WaitAgain,
    Fail,
    Cancel,
}

internal static class Mends
{
    /// <summary>By the states of both; a job that is gone has none.</summary>
    public static Mend For(string task, string? job, bool isReady) => (task, job) switch
    {
        (TaskState.Succeeded or TaskState.Failed or TaskState.Skipped or TaskState.Cancelled, _) => Mend.Nothing,
        // on its way; what comes too early is sent back by its claim, and what was on a dead server is handed on by the storage
        (_, "Enqueued" or "Processing" or "Scheduled") => Mend.Nothing,
        (TaskState.Queued or TaskState.Running or TaskState.Retrying, "Failed") => Mend.Fail,
        (TaskState.Queued or TaskState.Running or TaskState.Retrying, "Deleted") => Mend.Cancel,
        (TaskState.Queued or TaskState.Retrying, "Awaiting" or "Succeeded") => Mend.WaitAgain,
        (TaskState.UpstreamFailed, null) => isReady ? Mend.NewJob : Mend.Nothing,
        (_, null) => Mend.NewJob,
        (_, "Succeeded" or "Deleted") => isReady ? Mend.NewJob : Mend.Nothing,
        _ => isReady ? Mend.Push : Mend.Nothing,
    };

    public static string? ErrorOf(IReadOnlyDictionary<string, string>? failedState) =>
        failedState is null ? null : $"{failedState.GetValueOrDefault("ExceptionType")}: {failedState.GetValueOrDefault("ExceptionMessage")}";
}
