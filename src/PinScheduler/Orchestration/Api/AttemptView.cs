namespace PinScheduler.Orchestration.Api;

/// <summary>One try of a task as JSON shows it.</summary>
internal sealed record AttemptView(int Attempt, string State, string? Server, DateTime StartedAt, DateTime? EndedAt, string? Error)
{
    public static AttemptView Of(AttemptRow row) => new(row.Attempt, row.State, row.Server, row.StartedAt, row.EndedAt, row.Error);
}

/// <summary>A row of `task_attempt`.</summary>
internal sealed record AttemptRow
{
    public string Task { get; init; } = "";

    public int Attempt { get; init; }

    public string State { get; init; } = "";

    public string? Server { get; init; }

    public string? Error { get; init; }

    public DateTime StartedAt { get; init; }

    public DateTime? EndedAt { get; init; }
}
