namespace PinScheduler.Orchestration.Runs;

/// <summary>What a task's trigger rule says of its parents now.</summary>
internal enum Readiness
{
    Waits,
    Ready,

    /// <summary>Not as things stand: a parent has failed.</summary>
    Broken,
}
