namespace PinScheduler.Orchestration.Runs;

/// <summary>A row of `pipeline_state`.</summary>
internal sealed record PipelineStateRow
{
    public DateTime LastScheduledAt { get; init; }

    public DateTime ScheduledFrom { get; init; }

    public DateTime? PausedAt { get; init; }

    public DateTime? PausedUntil { get; init; }

    public string? PausedBy { get; init; }

    public string? PausedReason { get; init; }

    public bool IsPausedAt(DateTime instant) => PausedAt <= instant && !(PausedUntil <= instant);
}
