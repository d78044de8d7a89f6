using System.Text.Json;

namespace PinScheduler.Orchestration.Backfill;

/// <summary>A backfill as it is shown; `next` is the date that it looks at next, null when it has looked at all.</summary>
internal sealed record BackfillView(
    string Id, string Pipeline, DateOnly From, DateOnly To, DateOnly? Next, string State, string? Reason, int Parallel, bool Force, JsonElement Parameters, string? RequestedBy, DateTime CreatedAt, DateTime? EndedAt, IReadOnlyList<BackfillRunView>? Runs)
{
    public static BackfillView Of(BackfillRow row, IReadOnlyList<BackfillRunView>? runs) => new(
        row.Id.ToString(), row.Pipeline, row.From, row.To, row.EndedAt is null && row.Next <= row.To ? row.Next : null, row.State, row.Reason, row.Parallel, row.Forced,
        JsonDocument.Parse(row.Parameters).RootElement, row.RequestedBy, row.CreatedAt, row.EndedAt, runs);
}

internal sealed record BackfillRunView(string Id, DateOnly LogicalDate, string State);
