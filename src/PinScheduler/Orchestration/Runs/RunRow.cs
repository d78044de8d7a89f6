using System.Text.Json;
using PinScheduler.Stages;

namespace PinScheduler.Orchestration.Runs;

/// <summary>A row of `run`.</summary>
internal sealed record RunRow
{
    public long Id { get; init; }

    public string Pipeline { get; init; } = "";

    public string Version { get; init; } = "";

    public DateOnly LogicalDate { get; init; }

    public string State { get; init; } = "";

    public string Trigger { get; init; } = "";

    public string? RequestedBy { get; init; }

    public string Parameters { get; init; } = "{}";

    public string? Reason { get; init; }

    public DateTime? ScheduledFor { get; init; }

    public string? ActiveOf { get; init; }

    public DateTime? CancelledAt { get; init; }

    /// <summary>The tasks to which it has gone back by itself, with a comma between them.</summary>
    public string? RestartedFrom { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    /// <summary>Microseconds for which it lay ended between its start and its last end.</summary>
    public long Idle { get; init; }

    /// <summary>By the database's clock.</summary>
    public DateTime ReadAt { get; init; }

    /// <summary>How long it has been at it until its end, or until an instant where it has none; null where it has not started.</summary>
    public TimeSpan? Took(DateTime now) => (EndedAt ?? now) - StartedAt - TimeSpan.FromMicroseconds(Idle);

    public bool IsEnded => EndedAt is not null;

    public RunParameters ReadParameters() => new(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Parameters)!);
}
