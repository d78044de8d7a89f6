namespace PinScheduler.Orchestration.Backfill;

/// <summary>A row of `backfill`.</summary>
internal sealed record BackfillRow
{
    public const string Columns =
        "id, pipeline, first_date as `From`, last_date as `To`, next_date as `Next`, parameters, `parallel`, forced, requested_by as RequestedBy, state, reason, created_at as CreatedAt, ended_at as EndedAt";

    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public long Id { get; init; }

    public string Pipeline { get; init; } = "";

    public DateOnly From { get; init; }

    public DateOnly To { get; init; }

    /// <summary>The date to look at next.</summary>
    public DateOnly Next { get; init; }

    public string Parameters { get; init; } = "{}";

    public int Parallel { get; init; }

    public bool Forced { get; init; }

    public string? RequestedBy { get; init; }

    public string State { get; init; } = "";

    public string? Reason { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime? EndedAt { get; init; }
}
