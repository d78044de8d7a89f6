using System.Text.Json;
using MySqlConnector;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Writes how an attempt ended, and what that means for its run; an attempt that is no longer the task's newest writes nothing.</summary>
internal sealed class TaskOutcomes(RunStore runs, RetryDelays delays)
{
    /// <returns>The run as it is now, or null where the attempt was not the newest any more.</returns>
    public Task<RunBoard?> SucceedAsync(TaskClaim claim, StageResult result) => EndAsync(claim, "succeeded", null, (board, _, _) =>
    {
        board[claim.Key] = board[claim.Key] with { State = TaskState.Succeeded, Counts = Json(result), Error = null, EndedAt = board.Now, Failures = 0, Lost = 0 };
        // the end of the job enqueues them; what a crash leaves of it, the reconciler sees by the jobs' own state
        foreach (var child in board.Children(claim.Key).Select(key => board[key]).Where(child => child is { State: TaskState.Waiting, Job: not null } && board.ReadinessOf(child.Key) == Readiness.Ready).ToList())
        {
            board[child.Key] = child with { State = TaskState.Queued, Reason = null };
        }

        return Task.CompletedTask;
    });

    public Task<RunBoard?> CancelAsync(TaskClaim claim) => EndAsync(claim, "cancelled", null, (board, _, _) =>
    {
        board[claim.Key] = board[claim.Key] with { State = TaskState.Cancelled, EndedAt = board.Now, Reason = "the run was cancelled" };
        return Task.CompletedTask;
    });

    public Task<RunBoard?> HandBackAsync(TaskClaim claim) => EndAsync(claim, "handed_back", "Its server stopped.", (board, _, _) =>
    {
        board[claim.Key] = board[claim.Key] with { State = TaskState.Queued };
        return Task.CompletedTask;
    });

    /// <summary>To be tried again in a while, or failed, or the run goes back to the task that the stage names.</summary>
    public async Task<(RunBoard? Board, IReadOnlyList<string> ReplacedJobs)> FailAsync(TaskClaim claim, Exception exception, bool retry)
    {
        var replaced = new List<string>();
        var error = exception.Message;
        var board = await EndAsync(claim, "failed", error, async (board, connection, transaction) =>
        {
            replaced.Clear();
            var node = board.Graph[claim.Key];
            var task = board[claim.Key] with { Error = error, Failures = board[claim.Key].Failures + 1, Lost = 0, Counts = Json((exception as StageFailedException)?.Result) };
            if (exception is StageFailedException { RestartFrom: { } from } && CanRestart(board, from, claim.Key))
            {
                await RunWarnings.AddAsync(connection, claim.Run, claim.Key, $"'{claim.Key}' failed ({error}); the run went back to '{from}'.", transaction);
                replaced.AddRange(Restart(board, from));
            }
            else
            {
                board[claim.Key] = retry && task.Failures < node.MaxAttempts && board.Run.CancelledAt is null
                    ? task with { State = TaskState.Retrying, RetryAt = board.Now + delays.After(task.Failures) }
                    : task with { State = TaskState.Failed, EndedAt = board.Now };
            }
        });
        return (board, replaced);
    }

    private static bool CanRestart(RunBoard board, string from, string failed) =>
        board.Run.RestartedFrom?.Split(',').Contains(from) != true && board.Run.CancelledAt is null && board.Contains(from) && board[from].State != TaskState.Skipped
        && (from == failed || board.Graph.Below(from).Contains(failed));

    private static List<string> Restart(RunBoard board, string from)
    {
        var again = board.Graph.Below(from).Append(from).Select(key => board[key]).Where(task => task.State != TaskState.Skipped).ToList();
        board.Run = board.Run with { RestartedFrom = board.Run.RestartedFrom is { } before ? $"{before},{from}" : from };
        foreach (var task in again)
        {
            board.EndAttempt(task.Key, "cancelled", $"The run went back to '{from}'.");
            board[task.Key] = task.Anew() with { Fence = task.State == TaskState.Running ? task.Fence + 1 : task.Fence };
        }

        return [.. again.Select(task => task.Job).OfType<string>()];
    }

    private async Task<RunBoard?> EndAsync(TaskClaim claim, string attemptState, string? error, Func<RunBoard, MySqlConnection, MySqlTransaction, Task> end)
    {
        var (held, board) = await runs.ChangeAsync(claim.Run, async (board, connection, transaction) =>
        {
            if (board[claim.Key] is not { State: TaskState.Running } task || task.Fence != claim.Fence!.Number)
            {
                return false;
            }

            board.EndAttempt(claim.Key, attemptState, error);
            await end(board, connection, transaction);
            return true;
        }, CancellationToken.None);
        return held ? board : null;
    }

    private static string? Json(StageResult? result) => result is null ? null : JsonSerializer.Serialize(result.Counts);
}
