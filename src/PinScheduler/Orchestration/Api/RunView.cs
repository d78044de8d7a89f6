using System.Text.Json;
using System.Text.Json.Serialization;
using PinScheduler.Orchestration.Events;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>A run as JSON shows it.</summary>
internal sealed record RunView(
    string Id, string Pipeline, string Version, DateOnly LogicalDate, string State, string? Reason, string Trigger, string? RequestedBy, JsonElement Parameters,
    DateTime? ScheduledFor, DateTime CreatedAt, DateTime? StartedAt, DateTime? EndedAt, DateTime? DeadlineAt, DateTime? DeadlineMissedAt, DateTime? SlowSince, IReadOnlyList<string> Warnings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TaskView>? Tasks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ActView>? Acts = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExpectedView? Expected = null)
{
    /// <summary>For how long it lay ended between its start and its last end, before a retry.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double IdleSeconds { get; init; }

    /// <summary>How long it was at it until its end, or until now; null where it has not started.</summary>
    public TimeSpan? Took(DateTime now) => (EndedAt ?? now) - StartedAt - TimeSpan.FromSeconds(IdleSeconds);

    public static RunView Of(RunRow run, RunLimitRow? limit, IEnumerable<string> warnings, IEnumerable<TaskView>? tasks, IEnumerable<RunActRow>? acts = null, ExpectedEnd? expected = null) => new(
        run.Id.ToString(), run.Pipeline, run.Version, run.LogicalDate, run.State, run.Reason, run.Trigger, run.RequestedBy, JsonSerializer.Deserialize<JsonElement>(run.Parameters),
        run.ScheduledFor, run.CreatedAt, run.StartedAt, run.EndedAt, limit?.DeadlineAt, limit?.MissedAt, limit?.SlowAt, [.. warnings], tasks?.ToList(), acts?.Select(ActView.Of).ToList(),
        expected is null ? null : ExpectedView.Of(expected, run.ReadAt))
    {
        IdleSeconds = run.Idle / 1e6,
    };
}

/// <summary>When the run may be expected to end, as long as its tasks take what they usually do, and the tasks that this hangs on; zero seconds: it takes longer than usual.</summary>
internal sealed record ExpectedView(DateTime EndAt, double SecondsLeft, IReadOnlyList<string> Path)
{
    public static ExpectedView Of(ExpectedEnd end, DateTime now) => new(end.At, Math.Round((end.At - now).TotalSeconds, 1), end.Path);
}

/// <summary>What was done to the run by hand, by whom and why.</summary>
internal sealed record ActView(DateTime At, string Act, string? Task, IReadOnlyList<string> Tasks, string? By, string? Reason)
{
    public static ActView Of(RunActRow row) => new(row.CreatedAt, row.Act, row.Task, JsonSerializer.Deserialize<string[]>(row.Tasks)!, row.RequestedBy, row.Reason);
}
