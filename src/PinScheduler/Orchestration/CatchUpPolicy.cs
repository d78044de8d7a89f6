namespace PinScheduler.Orchestration;

/// <summary>What becomes of scheduled instants at which no server was there.</summary>
public enum CatchUpPolicy
{
    /// <summary>The last one gets its run, the others none.</summary>
    Last,

    /// <summary>Nothing: only an instant that is due now gets its run.</summary>
    None,

    /// <summary>Each gets its run, oldest first.</summary>
    All,
}
