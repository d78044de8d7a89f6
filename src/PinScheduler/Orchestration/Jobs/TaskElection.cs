using Hangfire.States;
using PinScheduler.Database;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Judges the state that a task's job is about to get by what `task_run` says; task_run itself it brings along.</summary>
internal sealed class TaskElection(RunStore runs, RunControl control, RunJobs jobs, RunStarter starter, ILogger<TaskElection> log)
{
    /// <summary>The key under which a job leaves its run, as it was when its task ended, for the election of its last state.</summary>
    public const string BoardItem = "PinScheduler.Board";

    private static readonly TimeSpan AfterOutage = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The run as the ending parent left it, while that parent's thread tries the children, one after the other. Whichever parent ends last has
    /// seen, under the run's lock, that all others are done: so no wake-up is lost where this board refuses.
    /// </summary>
    [ThreadStatic]
    private static RunBoard? _parent;

    public void Elect(ElectStateContext context)
    {
        if (context.CandidateState is not EnqueuedState)
        {
            _parent = context.CandidateState is SucceededState && context.CustomData is { } data && data.TryGetValue(BoardItem, out var board) ? board as RunBoard : null;
        }

        var (run, task) = ((long)context.BackgroundJob.Job.Args[0], (string)context.BackgroundJob.Job.Args[1]);
        try
        {
            context.CandidateState = context.CandidateState switch
            {
                EnqueuedState enqueued => Enqueue(enqueued, run, task, context.BackgroundJob.Id),
                FailedState failed => Fail(failed, run, task, context.BackgroundJob.Id),
                DeletedState deleted => Delete(deleted, run, task, context.BackgroundJob.Id),
                var other => other,
            };
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // thrown on, it would fail the parent whose end wakes this job; the claim and the reconciler make up for it
            OrchestrationLog.ElectionFailed(log, exception, run, task, context.CandidateState.Name);
        }
    }

    private IState Enqueue(EnqueuedState enqueued, long run, string task, string job)
    {
        // what the parent's own end has seen is enough: to refuse, and to enqueue what that end has made queued; whether it may run then, its claim decides
        if (_parent is { } parent && parent.Run.Id == run && parent[task].Job == job)
        {
            if (parent.ReadinessOf(task) != Readiness.Ready)
            {
                return RunJobs.Waiting(parent, task, TaskClaims.Waits(parent, task));
            }

            if (parent[task].State == TaskState.Queued)
            {
                return On(parent, task, enqueued);
            }
        }

        if (Wait(runs.ReadAsync(run, default)) is not { } board || !board.Contains(task))
        {
            return new DeletedState { Reason = $"There is no task '{task}' of a run {run}" };
        }

        var verdict = TaskClaims.Judge(board, task, job, out var reason);
        if (verdict == Verdict.Granted && board[task].State == TaskState.Failed)
        {
            // under the run's lock, because the run may be ending with this very failure
            board = Wait(control.TryAgainAsync(run, task, job, default));
            verdict = TaskClaims.Judge(board, task, job, out reason);
        }

        if (verdict == Verdict.Ended)
        {
            board = Wait(control.ReviveAsync(run, task, job, default));
            verdict = TaskClaims.Judge(board, task, job, out reason);
        }

        switch (verdict)
        {
            case Verdict.Granted or Verdict.Done:
                if (board[task].State == TaskState.Waiting)
                {
                    Wait(runs.MarkQueuedAsync(run, task, job, default));
                }

                return On(board, task, enqueued);
            case Verdict.NotYet or Verdict.Ended:
                return RunJobs.Waiting(board, task, reason);
            default:
                return new DeletedState { Reason = reason };
        }
    }

    // a requeue from the dashboard names the queue "default"
    private static EnqueuedState On(RunBoard board, string task, EnqueuedState enqueued) => new(board.Graph[task].Queue) { Reason = enqueued.Reason };

    private IState Fail(FailedState failed, long run, string task, string job)
    {
        if (Wait(runs.ReadAsync(run, default)) is not { } board || board[task] is not { } row || row.Job != job)
        {
            return failed;
        }

        return row switch
        {
            // Hangfire's list of retries goes by how the reason begins
            { State: TaskState.Retrying, RetryAt: { } at } => new ScheduledState(at > board.Now ? at - board.Now : TimeSpan.Zero) { Reason = $"Retry attempt {row.Failures} of {board.Graph[task].MaxAttempts - 1}: {failed.Exception.Message}" },
            // the claim could not be made, or the attempt's end not be written: nobody has said that the task failed
            { State: TaskState.Waiting or TaskState.Queued or TaskState.Running } when Warehouse.IsDatabaseError(failed.Exception) => new ScheduledState(AfterOutage) { Reason = $"The database was away: {failed.Exception.Message}" },
            _ => failed,
        };
    }

    private DeletedState Delete(DeletedState deleted, long run, string task, string job)
    {
        if (Wait(runs.ReadAsync(run, default)) is not { } seen || seen[task].Job != job || !TaskState.IsActive(seen[task].State))
        {
            return deleted;
        }

        var (_, board) = Wait(runs.ChangeAsync(run, now =>
        {
            if (now[task].Job == job && TaskState.IsActive(now[task].State))
            {
                now[task] = now[task] with { State = TaskState.Cancelled, EndedAt = now.Now, Reason = "its job was deleted" };
            }

            return true;
        }, default));
        jobs.PushReady(board);
        if (board.HasJustEnded)
        {
            Wait(starter.StartQueuedAsync(board.Run.Pipeline, default));
        }

        return deleted;
    }

    // filters are synchronous; they run on Hangfire's own threads, which have no context to come back to
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
