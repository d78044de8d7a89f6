using PinScheduler.Database;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>The answer to a job that wants to run its task.</summary>
internal sealed record TaskClaim(Verdict Verdict, RunBoard Board, string Key, string Reason = "", Fence? Fence = null)
{
    public long Run => Board.Run.Id;

    public int Attempt => Board[Key].Attempts;
}

internal enum Verdict
{
    Granted,

    /// <summary>So many processes have died of the task that it is not run again; it has failed.</summary>
    GivenUp,

    /// <summary>The task has succeeded; the job has nothing to do but to wake the children once more.</summary>
    Done,

    /// <summary>The task runs under another job's claim.</summary>
    Stale,

    /// <summary>The job is not the task's, or the task will never run.</summary>
    Stray,

    /// <summary>Too early: parents are not done, or another run is active.</summary>
    NotYet,

    /// <summary>The task has failed and its run has ended; it has to be made running again first.</summary>
    Ended,
}
