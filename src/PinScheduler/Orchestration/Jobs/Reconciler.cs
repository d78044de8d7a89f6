using Dapper;
using Hangfire;
using Hangfire.Storage;
using PinScheduler.Database;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>
/// Guarantees that what may run does: compares every unfinished task with its job and mends what crashes, deleted jobs and lost wake-ups
/// have left. On one server at a time; each act looks once more, under the run's lock, whether things are still as they were seen.
/// </summary>
internal sealed class Reconciler(Warehouse warehouse, JobStorage storage, RunStore runs, RunJobs jobs, RunStarter starter, TimeProvider time, ILogger<Reconciler> log)
{
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var alone = await NamedLock.TryTakeAsync(warehouse, "reconciler", TimeSpan.Zero, time, cancellationToken);
        if (alone is null)
        {
            return;
        }

        await using var connection = await warehouse.OpenAsync(cancellationToken);
        foreach (var run in (await connection.QueryAsync<long>(new CommandDefinition("select id from run where state = 'running' order by id", cancellationToken: cancellationToken))).ToList())
        {
            try
            {
                await ReconcileAsync(run, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                OrchestrationLog.ReconcileRunFailed(log, exception, run);
            }
        }

        foreach (var pipeline in (await connection.QueryAsync<string>(new CommandDefinition("select distinct pipeline from run where state = 'queued' union select distinct pipeline from backfill where state = 'running'", cancellationToken: cancellationToken))).ToList())
        {
            await starter.StartQueuedAsync(pipeline, cancellationToken);
        }
    }

    private async Task ReconcileAsync(long run, CancellationToken cancellationToken)
    {
        if (await runs.ReadAsync(run, cancellationToken) is not { } seen)
        {
            return;
        }

        var mends = Look(seen);
        // even without mends: a change settles the run, and so ends one that has not noticed that it is over
        var (_, board) = await runs.ChangeAsync(run, board =>
        {
            foreach (var (task, mend, error) in mends.Where(mend => board[mend.Task.Key] == mend.Task))
            {
                board[task.Key] = mend switch
                {
                    Mend.NewJob => task with { State = TaskState.Waiting, Job = null, RetryAt = null },
                    Mend.WaitAgain => task with { State = TaskState.Waiting, RetryAt = null },
                    Mend.Push when task.State != TaskState.Waiting => task with { State = TaskState.Waiting },
                    Mend.Fail => task with { State = TaskState.Failed, Error = error, EndedAt = board.Now },
                    Mend.Cancel => task with { State = TaskState.Cancelled, Reason = "its job was deleted", EndedAt = board.Now },
                    _ => task,
                };
            }

            return true;
        }, cancellationToken);
        await jobs.AdvanceAsync(run, cancellationToken);
        if (board.HasJustEnded)
        {
            OrchestrationLog.RunEnded(log, run, board.Run.Pipeline, board.Run.State);
            await starter.StartQueuedAsync(board.Run.Pipeline, cancellationToken);
        }
    }

    private List<(TaskRow Task, Mend Mend, string? Error)> Look(RunBoard board)
    {
        using var connection = storage.GetConnection();
        var found = new List<(TaskRow, Mend, string?)>();
        foreach (var task in board.Tasks.Where(task => task.Job is not null && (!TaskState.IsFinal(task.State) || task.State == TaskState.UpstreamFailed)))
        {
            var state = RunJobs.StateOf(connection, task.Job!);
            var mend = Mends.For(task.State, state, board.ReadinessOf(task.Key) == Readiness.Ready);
            if (mend != Mend.Nothing)
            {
                OrchestrationLog.Mended(log, board.Run.Id, task.Key, task.State, task.Job!, state ?? "gone", mend.ToString());
                found.Add((task, mend, mend == Mend.Fail ? ErrorOf(connection, task) : null));
            }
        }

        return found;
    }

    private static string ErrorOf(IStorageConnection connection, TaskRow task) =>
        task.Error ?? Mends.ErrorOf(connection.GetStateData(task.Job!)?.Data?.AsReadOnly()) ?? "Its Hangfire job failed.";
}
