using PinScheduler.Database;

namespace PinScheduler.Stages;

/// <summary>What a task gets to know: its run, its attempt, and where to report.</summary>
public sealed record StageContext
{
    public required long RunId { get; init; }

    public required string TaskKey { get; init; }

    /// <summary>The date, in the pipeline's time zone, that the run stands for; not when it happens to run.</summary>
    public required DateOnly LogicalDate { get; init; }

    public required RunParameters Parameters { get; init; }

    /// <summary>1 for the first try.</summary>
    public required int Attempt { get; init; }

    /// <summary>Checked as the last statement before each commit, so that a late attempt changes nothing.</summary>
    public required Fence Fence { get; init; }

    /// <summary>Goes to the task's log, which the user reads, and to the server's.</summary>
    public required ILogger Log { get; init; }

    /// <summary>Progress: done, total (null when unknown) and unit ("records"). Cheap; may be called often.</summary>
    public Action<long, long?, string> Report { get; init; } = static (_, _, _) => { };

    /// <summary>Adds a warning to the run; the same text is kept once.</summary>
    public Func<string, Task> WarnAsync { get; init; } = static _ => Task.CompletedTask;
}
