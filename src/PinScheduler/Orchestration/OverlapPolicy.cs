namespace PinScheduler.Orchestration;

/// <summary>What becomes of a run that is asked for while another of its pipeline is active.</summary>
public enum OverlapPolicy
{
    /// <summary>It starts when the other has ended.</summary>
    Queue,

    /// <summary>It is recorded as skipped.</summary>
    Skip,

    /// <summary>Both run.</summary>
    Allow,
}
