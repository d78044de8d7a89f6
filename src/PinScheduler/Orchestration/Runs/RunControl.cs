using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Orchestration.Runs;

/// <summary>What is done to runs by hand: retry, cancel, and a failed task requeued in the dashboard.</summary>
internal sealed class RunControl(Warehouse warehouse, PipelineCatalog pipelines, RunStore runs, RunJobs jobs, RunStarter starter)
{
    /// <summary>Failed, upstream_failed and cancelled tasks get new jobs; what is done stays.</summary>
    /// <exception cref="RefusedException">No such run, or it has not ended, or it has succeeded.</exception>
    public async Task RetryAsync(long run, CancellationToken cancellationToken)
    {
        var (replaced, _) = await ReopenAsync(run, board =>
        {
            if (board.Run.State is not (RunState.Failed or RunState.Cancelled))
            {
                throw RefusedException.WrongState($"Run {run} is {board.Run.State}; only a failed or cancelled run can be retried. {(board.Run.IsEnded ? "Start a new run instead." : "Wait for its end, or cancel it first.")}");
            }

            var again = board.Tasks.Where(task => TaskState.IsBad(task.State)).ToList();
            again.ForEach(task => board[task.Key] = task.Anew());
            return again.Select(task => task.Job).OfType<string>().ToList();
        }, cancellationToken);
        jobs.Delete(replaced, $"run {run} was retried");
        await jobs.AdvanceAsync(run, cancellationToken);
    }

    /// <summary>Nothing starts any more; what runs is told to stop and ends within a second or two.</summary>
    /// <exception cref="RefusedException">No such run, or it has ended.</exception>
    public async Task CancelAsync(long run, CancellationToken cancellationToken)
    {
        var (dropped, board) = await runs.ChangeAsync(run, board =>
        {
            if (board.Run.IsEnded)
            {
                throw RefusedException.WrongState($"Run {run} is {board.Run.State} already; there is nothing to cancel.");
            }

            // a queued run has to be running to end in this change
            board.Run = board.Run with { State = RunState.Running, CancelledAt = board.Now, Reason = "cancelled by hand" };
            var open = board.Tasks.Where(task => task.State != TaskState.Running && (!TaskState.IsFinal(task.State) || task.State == TaskState.UpstreamFailed)).ToList();
            open.ForEach(task => board[task.Key] = task with { State = TaskState.Cancelled, Reason = "the run was cancelled", EndedAt = board.Now });
            return open.Select(task => task.Job).OfType<string>().ToList();
        }, cancellationToken);
        jobs.Delete(dropped, $"run {run} was cancelled");
        if (board.HasJustEnded)
        {
            await starter.StartQueuedAsync(board.Run.Pipeline, cancellationToken);
        }
    }

    /// <summary>The same; nothing where the run has ended.</summary>
    public async Task TryCancelAsync(long run, CancellationToken cancellationToken)
    {
        try
        {
            await CancelAsync(run, cancellationToken);
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
            board[task] = failed with { State = TaskState.Queued, EndedAt = null, Reason = null, Failures = 0 };
        }

        return true;
    }, cancellationToken)).Board;

    /// <summary>Makes the ended run of a failed task that is requeued running again, or queued where another is active.</summary>
    public async Task<RunBoard> ReviveAsync(long run, string task, string job, CancellationToken cancellationToken) => (await ReopenAsync(run, board =>
    {
        var failed = board[task];
        var revives = board.Run.State == RunState.Failed && failed.State == TaskState.Failed && failed.Job == job;
        if (revives)
        {
            board[task] = failed with { State = TaskState.Waiting, EndedAt = null, Reason = null, Failures = 0 };
        }

        return revives ? [] : null;
    }, cancellationToken)).Board;

    private async Task<(List<string> Replaced, RunBoard Board)> ReopenAsync(long run, Func<RunBoard, List<string>?> change, CancellationToken cancellationToken)
    {
        var seen = await runs.ReadAsync(run, cancellationToken) ?? throw RefusedException.Unknown($"There is no run '{run}'.");
        var pipeline = pipelines.Get(seen.Run.Pipeline);
        return await warehouse.TransactPlainAsync(async (connection, transaction) =>
        {
            await PipelineGate.LockAsync(connection, transaction, pipeline.Key);
            var active = await PipelineGate.FindActiveAsync(connection, transaction, pipeline);
            var (replaced, board) = await runs.ChangeAsync(connection, transaction, run, (board, _, _) =>
            {
                var replaced = change(board);
                if (replaced is not null)
                {
                    board.Run = board.Run with
                    {
                        State = active is null ? RunState.Running : RunState.Queued,
                        Reason = active is { } other ? PipelineGate.Waits(other) : null,
                        ActiveOf = active is null ? PipelineGate.PlaceOf(pipeline, RunState.Running) : null,
                        EndedAt = null,
                        CancelledAt = null,
                        RestartedFrom = null,
                    };
                }

                return Task.FromResult(replaced ?? []);
            });
            return (replaced, board);
        }, cancellationToken);
    }
}
