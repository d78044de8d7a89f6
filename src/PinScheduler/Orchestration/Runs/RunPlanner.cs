using System.Text.Json;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Runs;

/// <summary>Says what a run, or an act on one, would do now; changes nothing.</summary>
internal sealed class RunPlanner(Warehouse warehouse, PipelineCatalog pipelines, RunStarter starter, RunStore runs, UsualTimes usual, TimeProvider time)
{
    private const int Instants = 10;

    /// <exception cref="RefusedException">As the run itself would be.</exception>
    public async Task<RunPlan> PlanAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var prepared = starter.Prepare(request);
        var pipeline = prepared.Pipeline;
        var now = time.GetUtcNow().UtcDateTime;
        var (state, reason) = await warehouse.TransactAsync((connection, transaction) => PipelineGate.AdmitAsync(connection, transaction, pipeline), cancellationToken);
        return new RunPlan(
            pipeline.Key, pipeline.Version, request.LogicalDate ?? pipeline.Schedule.DateOf(now), state, reason, JsonSerializer.SerializeToElement(prepared.Parameters.Values),
            [.. prepared.Tasks(state).Select(task => PlannedTask.Of(pipeline.Graph[task.Key], task))], [.. pipeline.Schedule.After(now).Take(Instants)]);
    }

    /// <exception cref="RefusedException">As the act itself would be.</exception>
    public async Task<ActPlan> PlanAsync(long run, RunAct act, CancellationToken cancellationToken)
    {
        var (board, times) = await LookAsync(run, cancellationToken);
        var pipeline = pipelines.Get(board.Run.Pipeline);
        var active = await warehouse.TransactAsync((connection, transaction) => PipelineGate.FindActiveAsync(connection, transaction, pipeline), cancellationToken);
        var before = board.Tasks.ToDictionary(task => task.Key, StringComparer.Ordinal);
        var wasEnded = board.Run.IsEnded;
        var changed = ActRules.Apply(board, act);
        if (wasEnded)
        {
            board.Reopen(active is { } other ? PipelineGate.Waits(other) : null, null);
        }
        else
        {
            board.Settle();
        }

        var moved = board.Graph.Order.Select(node => node.Key).Where(key => board[key] != before[key]).ToList();
        // what still runs is not the act's doing, unless it is told to stop
        var toRun = moved.Where(key => !TaskState.IsFinal(board[key].State)).ToList();
        // of a run that goes on, its own page says it
        var expected = wasEnded ? ExpectedEnd.Of(board, times, new Dictionary<string, double?>()) : null;
        return new ActPlan(run.ToString(), act.Kind, act.Task, Summary(act, board, before, toRun, changed), board.Run.State, board.Run.Reason, moved, expected is null ? null : Math.Round((expected.At - board.Now).TotalSeconds, 1));
    }

    private async Task<(RunBoard Board, IReadOnlyDictionary<string, UsualTime> Times)> LookAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await using var moment = await RunStore.BeginMomentAsync(connection, cancellationToken);
        var board = await runs.ReadAsync(connection, moment, run) ?? throw RefusedException.Unknown($"There is no run '{run}'; see the list of runs.");
        return (board, await usual.OfAsync(connection, moment, board, cancellationToken));
    }

    private static string Summary(RunAct act, RunBoard board, Dictionary<string, TaskRow> before, List<string> toRun, IReadOnlyList<TaskRow> changed)
    {
        var parts = new List<string>();
        if (act.Kind == RunAct.Cancel)
        {
            Add(parts, [.. board.Tasks.Where(task => task.State == TaskState.Running).Select(task => task.Key)], "is told to stop", "are told to stop");
            Add(parts, [.. changed.Select(task => task.Key)], "will not run", "will not run");
        }
        else
        {
            if (act.Kind is RunAct.Succeed or RunAct.Skip)
            {
                parts.Add($"{act.Task} becomes {board[act.Task!].State}");
            }

            Add(parts, [.. toRun.Where(key => before[key].Attempts > 0)], "will run again", "will run again");
            Add(parts, [.. toRun.Where(key => before[key].Attempts == 0)], "will run for the first time", "will run for the first time");
            if (toRun.Count == 0)
            {
                parts.Add(board.Run.IsEnded ? $"no task will run, and the run is {board.Run.State}" : "no other task is woken by that");
            }
        }

        return parts.Count == 0 ? "nothing is left to do" : string.Join("; ", parts);
    }

    private static void Add(List<string> parts, IReadOnlyList<string> keys, string one, string many)
    {
        if (keys.Count > 0)
        {
            parts.Add($"{keys.Count} {(keys.Count == 1 ? "task" : "tasks")} {(keys.Count == 1 ? one : many)}: {string.Join(", ", keys)}");
        }
    }
}

/// <summary>A run that is not made. <paramref name="State"/> is what it would get, <paramref name="Next"/> the schedule's next instants.</summary>
internal sealed record RunPlan(
    string Pipeline, string Version, DateOnly LogicalDate, string State, string? Reason, JsonElement Parameters, IReadOnlyList<PlannedTask> Tasks, IReadOnlyList<DateTime> Next);

internal sealed record PlannedTask(string Key, string Stage, string Title, string Queue, IReadOnlyList<string> DependsOn, bool Runs, string? Reason)
{
    public static PlannedTask Of(TaskNode node, TaskRow task) => new(node.Key, node.Stage, node.Title, node.Queue, node.DependsOn, task.State != TaskState.Skipped, task.Reason);
}

/// <summary>An act that is not done: the run's state after it, and in <paramref name="Tasks"/> the tasks whose state it changes, in order; in <paramref name="Seconds"/> how long an ended run then goes on, if its tasks take what they usually do.</summary>
internal sealed record ActPlan(string Run, string Act, string? Task, string Summary, string State, string? Reason, IReadOnlyList<string> Tasks, double? Seconds);
