using System.Globalization;
using System.Text.Json;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>A task of a run as JSON shows it; its reason says why it does not run.</summary>
internal sealed record TaskView(
    string Key, string Stage, string Title, IReadOnlyList<string> DependsOn, string State, int Attempts, DateTime? StartedAt, DateTime? EndedAt, JsonElement Counts, ProgressView? Progress,
    string? Reason, string? Error, string? Server, string? JobId, IReadOnlyList<AttemptView> History)
{
    public static TaskView Of(RunBoard board, TaskNode node, ProgressView? progress, IEnumerable<AttemptView> history, QueueWorkers workers)
    {
        var task = board[node.Key];
        return new(node.Key, node.Stage, node.Title, node.DependsOn, task.State, task.Attempts, task.StartedAt, task.EndedAt, JsonSerializer.Deserialize<JsonElement>(task.Counts ?? "{}"), progress,
            ReasonOf(board, node, task, workers), task.Error, task.Server, task.Job, [.. history]);
    }

    private static string? ReasonOf(RunBoard board, TaskNode node, TaskRow task, QueueWorkers workers) => task.State switch
    {
        TaskState.Waiting when board.Run.State == RunState.Queued => board.Run.Reason,
        TaskState.Waiting => "waits for " + Join(board.WaitsFor(node.Key)),
        TaskState.Queued => workers.WaitsIn(node.Queue),
        TaskState.Retrying when task.RetryAt <= board.Now => $"next attempt due since {task.RetryAt:yyyy-MM-dd'T'HH:mm:ss'Z'}; {workers.WaitsIn(node.Queue)}",
        TaskState.Retrying => $"next attempt at {task.RetryAt:yyyy-MM-dd'T'HH:mm:ss'Z'}",
        TaskState.Running when board.Run.CancelledAt is not null => "is told to stop, for the run was cancelled",
        TaskState.Running when task is { Server: { } server, StartedAt: { } began } && workers.IsSilent(server, board.Now - began) => $"nothing is heard of its server {server}; another takes the task over when the lease ends",
        TaskState.UpstreamFailed => Join(board.Parents(node.Key).Where(parent => TaskState.IsBad(board[parent].State)).Select(parent => $"{parent} is {board[parent].State}")),
        _ => task.Reason,
    };

    private static string Join(IEnumerable<string> parts) => string.Join(", ", parts) is { Length: > 0 } joined ? joined : "its job to be woken";
}

/// <summary>How far the last attempt has come, at which rate since it began, and how long the rest takes at that; null where that cannot be known.</summary>
internal sealed record ProgressView(long Done, long? Total, string Unit, double? PerSecond, double? SecondsLeft)
{
    public static ProgressView Of(long done, long? total, string unit, TimeSpan? since)
    {
        double? rate = done > 0 && since is { Ticks: > 0 } time ? done / time.TotalSeconds : null;
        return new(done, total, unit, Rounded(rate), Rounded((total - done) / rate));
    }

    /// <summary>For a person, with a comma before it.</summary>
    public string Speed() => (PerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $", {rate:N0}/s") : "")
        + (SecondsLeft is { } left ? string.Create(CultureInfo.InvariantCulture, $", {left:N0} s left") : "");

    private static double? Rounded(double? number) => number is { } known ? Math.Round(Math.Max(known, 0), 1) : null;
}
