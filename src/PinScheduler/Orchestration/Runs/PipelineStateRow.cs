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

    /// <summary>Who paused it, until when and why.</summary>
    public string Pause => $"the pipeline was paused by {PausedBy ?? "somebody"}{(PausedUntil is { } until ? $" until {until:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}{(PausedReason is { } why ? ": " + why : "")}";

    public bool IsPausedAt(DateTime instant) => PausedAt <= instant && !(PausedUntil <= instant);
}
