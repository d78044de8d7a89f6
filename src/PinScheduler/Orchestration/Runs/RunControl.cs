using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Orchestration.Runs;

/// <summary>What is done to runs by hand: by an act, or by requeueing a failed task in the dashboard.</summary>
internal sealed class RunControl(Warehouse warehouse, PipelineCatalog pipelines, RunStore runs, RunJobs jobs, RunStarter starter, AttemptWatch watch)
{
    /// <summary>Failed, upstream_failed and cancelled tasks get new jobs; what is done stays.</summary>
    /// <exception cref="RefusedException">No such run, or it has not ended, or it has succeeded.</exception>
    public Task RetryAsync(long run, CancellationToken cancellationToken) => ActAsync(run, new RunAct(RunAct.Retry), cancellationToken);

    /// <summary>Nothing starts any more; what runs is told to stop and ends within a second or two.</summary>
    /// <exception cref="RefusedException">No such run, or it has ended.</exception>
    public Task CancelAsync(long run, CancellationToken cancellationToken) => ActAsync(run, new RunAct(RunAct.Cancel), cancellationToken);

    /// <summary>Does an act, and keeps who did it and why. An ended run that has something to do then is running again, or queued where another is active.</summary>
    /// <exception cref="RefusedException">No such run or task, or not in a state for that (<see cref="ActRules"/>).</exception>
    public async Task ActAsync(long run, RunAct act, CancellationToken cancellationToken)
    {
        var (replaced, board) = act.Kind == RunAct.Cancel
            ? await runs.ChangeAsync(run, (board, connection, transaction) => ApplyAsync(board, act, connection, transaction), cancellationToken)
            : await ReopenAsync(run, async (board, connection, transaction) => await ApplyAsync(board, act, connection, transaction), cancellationToken);
        jobs.Delete(replaced, $"run {run}: {act.Kind} {act.Whose}");
        if (act.Kind == RunAct.Cancel)
        {
            await watch.RunOnceAsync(cancellationToken);
        }

        await jobs.AdvanceAsync(run, cancellationToken);
        if (board.HasJustEnded)
        {
            await starter.StartQueuedAsync(board.Run.Pipeline, cancellationToken);
        }
    }

    /// <summary>The same; nothing where the run has ended.</summary>
    public async Task TryCancelAsync(long run, CancellationToken cancellationToken, string? cause = null)
    {
        try
        {
            await ActAsync(run, new RunAct(RunAct.Cancel) { Cause = cause }, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Status == StatusCodes.Status409Conflict)
        {
            // it ended meanwhile, which is as good
        }
    }

    /// <summary>Queues a failed task of a run that still goes on; changes nothing where the run has ended meanwhile.</summary>
    public async Task<RunBoard> TryAgainAsync(long run, string task, string job, CancellationToken cancellationToken) => (await runs.ChangeAsync(run, board =>
    {
        if (board.Run.State == RunState.Running && board[task] is { State: TaskState.Failed } failed && failed.Job == job)
        {
            board[task] = failed.TriedAnew() with { State = TaskState.Queued };
        }

        return true;
    }, cancellationToken)).Board;

    /// <summary>Makes the ended run of a failed task that is requeued running again, or queued where another is active.</summary>
    public async Task<RunBoard> ReviveAsync(long run, string task, string job, CancellationToken cancellationToken) => (await ReopenAsync(run, (board, _, _) =>
    {
        var failed = board[task];
        var revives = board.Run.State == RunState.Failed && failed.State == TaskState.Failed && failed.Job == job;
        if (revives)
        {
            board[task] = failed.TriedAnew() with { State = TaskState.Waiting };
        }

        return Task.FromResult<List<string>?>(revives ? [] : null);
    }, cancellationToken)).Board;

    private static async Task<List<string>> ApplyAsync(RunBoard board, RunAct act, MySqlConnection connection, MySqlTransaction transaction)
    {
        var changed = ActRules.Apply(board, act);
        await RunActs.KeepAsync(connection, transaction, board.Run.Id, act, changed);
        foreach (var task in changed.Where(task => act.Kind is RunAct.Succeed or RunAct.Skip && task.Attempts > 0))
        {
            // no attempt comes after: one that its server has not stopped yet must not commit behind our back
            board[task.Key] = board[task.Key] with { Fence = task.Fence + 1 };
        }

        return [.. changed.Select(task => task.Job).OfType<string>()];
    }

    // a change that gives null changes nothing
    private async Task<(List<string> Replaced, RunBoard Board)> ReopenAsync(long run, Func<RunBoard, MySqlConnection, MySqlTransaction, Task<List<string>?>> change, CancellationToken cancellationToken)
    {
        var seen = await runs.ReadAsync(run, cancellationToken) ?? throw RefusedException.Unknown($"There is no run '{run}'; see the list of runs.");
        var pipeline = pipelines.Get(seen.Run.Pipeline);
        return await warehouse.TransactPlainAsync(async (connection, transaction) =>
        {
            await PipelineGate.LockAsync(connection, transaction, pipeline.Key);
            var active = await PipelineGate.FindActiveAsync(connection, transaction, pipeline);
            return await runs.ChangeAsync(connection, transaction, run, async (board, _, _) =>
            {
                var replaced = await change(board, connection, transaction);
                if (replaced is not null && board.Run.IsEnded)
                {
                    board.Reopen(active is { } other ? PipelineGate.Waits(other) : null, PipelineGate.PlaceOf(pipeline, RunState.Running));
                }

                return replaced ?? [];
            });
        }, cancellationToken);
    }
}
