using System.Text.Json;

namespace PinScheduler.Orchestration.Backfill;

/// <summary>A backfill that is asked for, not yet checked.</summary>
internal sealed record BackfillRequest
{
    public required string Pipeline { get; init; }

    public required DateOnly From { get; init; }

    public required DateOnly To { get; init; }

    public IReadOnlyDictionary<string, JsonElement> Parameters { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Runs that may be open at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Does dates again that have been done.</summary>
    public bool Force { get; init; }

    public string? RequestedBy { get; init; }
}
