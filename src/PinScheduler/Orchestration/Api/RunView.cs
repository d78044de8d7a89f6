using System.Text.Json;
using System.Text.Json.Serialization;
using PinScheduler.Orchestration.Events;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>A run as JSON shows it.</summary>
internal sealed record RunView(
    string Id, string Pipeline, string Version, DateOnly LogicalDate, string State, string? Reason, string Trigger, string? RequestedBy, JsonElement Parameters,
    DateTime? ScheduledFor, DateTime CreatedAt, DateTime? StartedAt, DateTime? EndedAt, DateTime? DeadlineAt, DateTime? DeadlineMissedAt, DateTime? SlowSince, IReadOnlyList<string> Warnings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TaskView>? Tasks)
{
    public static RunView Of(RunRow run, RunLimitRow? limit, IEnumerable<string> warnings, IEnumerable<TaskView>? tasks) => new(
        run.Id.ToString(), run.Pipeline, run.Version, run.LogicalDate, run.State, run.Reason, run.Trigger, run.RequestedBy, JsonSerializer.Deserialize<JsonElement>(run.Parameters),
        run.ScheduledFor, run.CreatedAt, run.StartedAt, run.EndedAt, limit?.DeadlineAt, limit?.MissedAt, limit?.SlowAt, [.. warnings], tasks?.ToList());
}
