namespace PinScheduler.Landing;

/// <summary>Where a drain can die; tests let it, at each.</summary>
internal enum LandingStep
{
    Claimed,
    EndsNoted,
    Writing,
    Written,
    Flushed,
    Renamed,
    FolderFlushed,
    Restored,
    BeforeCommit,
    AfterCommit,
    BeforeGroupCommit,

    /// <summary>An attempt that has failed, but lives, is about to remove its unfinished files.</summary>
    BeforeTidying,
}

internal sealed class LandingSteps
{
    public Action<LandingStep> Reached { get; init; } = static _ => { };
}
