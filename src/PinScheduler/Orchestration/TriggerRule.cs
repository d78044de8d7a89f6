namespace PinScheduler.Orchestration;

/// <summary>What must hold of a task's parents before it may run.</summary>
public enum TriggerRule
{
    /// <summary>All have succeeded; a skipped one counts as what stands above it.</summary>
    AllSuccess,

    /// <summary>All have ended, however: for cleaning up and reporting.</summary>
    AllDone,
}
