namespace PinScheduler.Orchestration.Runs;

/// <summary>A row of `task_run`.</summary>
internal sealed record TaskRow
{
    public string Key { get; init; } = "";

    public int Ordinal { get; init; }

    public string State { get; init; } = TaskState.Waiting;

    public string? Reason { get; init; }

    public int Attempts { get; init; }

    public int Failures { get; init; }

    /// <summary>Attempts in a row whose process died.</summary>
    public int Lost { get; init; }

    public long Fence { get; init; }

    /// <summary>The Hangfire job that alone may run the task; another's is refused.</summary>
    public string? Job { get; init; }

    public string? Counts { get; init; }

    public string? Error { get; init; }

    public string? Server { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public DateTime? RetryAt { get; init; }

    /// <summary>The task as at the run's start, but for the tries it has had: it gets a new job.</summary>
    public TaskRow Anew() => this with { State = TaskState.Waiting, Reason = null, Failures = 0, Lost = 0, Job = null, Counts = null, Error = null, Server = null, StartedAt = null, EndedAt = null, RetryAt = null };

    /// <summary>A failed task about to be tried again by the same job, with all its tries before it.</summary>
    public TaskRow TriedAnew() => this with { EndedAt = null, Reason = null, Failures = 0, Lost = 0 };
}
