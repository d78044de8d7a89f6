using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Runs;

/// <summary>A row of `pipeline_state`.</summary>
internal sealed record PipelineStateRow
{
    public string? Cron { get; init; }

    public required string TimeZone { get; init; }

    public DateTime LastScheduledAt { get; init; }

    public DateTime ScheduledFrom { get; init; }

    public DateTime? PausedAt { get; init; }

    public DateTime? PausedUntil { get; init; }

    public string? PausedBy { get; init; }

    public string? PausedReason { get; init; }

    /// <summary>The one that is in force: another server may have been configured otherwise, and started later.</summary>
    public PipelineSchedule Schedule => new(Cron, TimeZone);

    /// <summary>Who paused it, until when and why.</summary>
    public string Pause => $"the pipeline was paused by {PausedBy ?? "somebody"}{(PausedUntil is { } until ? $" until {until:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}{(PausedReason is { } why ? ": " + why : "")}";

    public bool IsPausedAt(DateTime instant) => PausedAt <= instant && !(PausedUntil <= instant);
}
