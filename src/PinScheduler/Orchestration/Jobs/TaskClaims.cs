using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Decides, under the run's lock, whether a job may run its task; who may has the newest fence.</summary>
internal sealed class TaskClaims(RunStore runs, RunControl control, IOptions<OrchestrationOptions> options)
{
    public async Task<TaskClaim> ClaimAsync(long run, string task, string job, string server, CancellationToken cancellationToken)
    {
        var claim = await TryAsync(run, task, job, server, cancellationToken);
        if (claim.Verdict == Verdict.Ended)
        {
            await control.ReviveAsync(run, task, job, cancellationToken);
            claim = await TryAsync(run, task, job, server, cancellationToken);
        }

        return claim;
    }

    public static Verdict Judge(RunBoard board, string key, string job, out string reason)
    {
        var task = board[key];
        (var verdict, reason) = task switch
        {
            _ when task.Job != job => task.State == TaskState.Running ? (Verdict.Stale, "The task runs as another job") : (Verdict.Stray, $"The task has another job, {task.Job ?? "yet to be made"}"),
            { State: TaskState.Succeeded } => (Verdict.Done, "The task has succeeded"),
            { State: TaskState.Skipped or TaskState.Cancelled } => (Verdict.Stray, $"The task is {task.State}; retry the run to have it done"),
            _ when board.Run.CancelledAt is not null => (Verdict.Stray, "The run was cancelled"),
            _ when board.Run.State == RunState.Queued => (Verdict.NotYet, board.Run.Reason ?? "The run is queued"),
            _ when board.Run.IsEnded => (task.State == TaskState.Failed ? Verdict.Ended : Verdict.NotYet, $"The run is {board.Run.State}; requeue the task that failed, or retry the run"),
            _ when board.ReadinessOf(key) != Readiness.Ready => (Verdict.NotYet, Waits(board, key)),
            _ => (Verdict.Granted, ""),
        };
        return verdict;
    }

    public static string Waits(RunBoard board, string key) => "Waits for " + string.Join(", ", board.WaitsFor(key));

    private async Task<TaskClaim> TryAsync(long run, string task, string job, string server, CancellationToken cancellationToken) =>
        (await runs.ChangeAsync(run, board =>
        {
            var verdict = Judge(board, task, job, out var reason);
            if (verdict == Verdict.Stray && board[task] is { State: TaskState.Running } orphan && orphan.Job == job)
            {
                // cancelled while its server was dead: nobody else is left to end it
                board[task] = orphan with { State = TaskState.Cancelled, EndedAt = board.Now, Reason = "the run was cancelled" };
            }

            if (verdict == Verdict.Granted && board[task] is { State: TaskState.Running } lost && lost.Lost + 1 >= options.Value.MaxDeliveries)
            {
                return GiveUp(board, lost);
            }

            return verdict == Verdict.Granted
                ? new TaskClaim(verdict, board, task, Fence: Grant(board, task, server))
                : new TaskClaim(verdict, board, task, reason);
        }, cancellationToken)).Result;

    private static Fence Grant(RunBoard board, string key, string server)
    {
        var task = board[key];
        board.EndAttempt(key, "lost", $"Its server went away, or was thought to have; attempt {task.Attempts + 1} on {server} took over.");
        board[key] = task with
        {
            State = TaskState.Running,
            Reason = null,
            Attempts = task.Attempts + 1,
            Fence = task.Fence + 1,
            Lost = task.State == TaskState.Running ? task.Lost + 1 : task.Lost,
            Counts = null,
            Server = server,
            StartedAt = board.Now,
            EndedAt = null,
            RetryAt = null,
        };
        return new Fence(RunStore.FenceName(board.Run.Id, key), board[key].Fence);
    }

    private static TaskClaim GiveUp(RunBoard board, TaskRow task)
    {
        var error = $"{task.Lost + 1} attempts in a row ended without a word, because their process died (out of memory, or killed) or was thought to have; the last ran on {task.Server}. "
            + "The task is not tried again, so that it ends no further process: see the last lines of its log and the server's own, mend the cause, and retry the run. 'Pipeline:MaxDeliveries' says how many are allowed.";
        board.EndAttempt(task.Key, "lost", "Its server went away, or was thought to have; nobody took over.");
        // with its fence, who was thought dead and comes back commits nothing
        board[task.Key] = task with { State = TaskState.Failed, Fence = task.Fence + 1, Lost = task.Lost + 1, Error = error, EndedAt = board.Now };
        return new TaskClaim(Verdict.GivenUp, board, task.Key, error);
    }
}
