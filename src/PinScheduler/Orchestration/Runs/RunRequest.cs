using System.Text.Json;

namespace PinScheduler.Orchestration.Runs;

/// <summary>A run that is asked for, not yet checked.</summary>
internal sealed record RunRequest
{
    public required string Pipeline { get; init; }

    public required string Trigger { get; init; }

    public string? RequestedBy { get; init; }

    /// <summary>Null: today in the pipeline's zone.</summary>
    public DateOnly? LogicalDate { get; init; }

    public IReadOnlyDictionary<string, JsonElement> Parameters { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Just these tasks; null: all.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    public DateTime? ScheduledFor { get; init; }

    /// <summary>The run is only recorded, as skipped, for this reason.</summary>
    public string? SkippedBecause { get; init; }

    /// <summary>The backfill that it belongs to.</summary>
    public long? Backfill { get; init; }

    public IdempotencyKey? Idempotency { get; init; }
}

/// <summary>A key, and the hash of what was asked for with it: the same key must mean the same.</summary>
internal sealed record IdempotencyKey(string Key, string BodyHash);
