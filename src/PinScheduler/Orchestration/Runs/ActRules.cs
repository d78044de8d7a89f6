namespace PinScheduler.Orchestration.Runs;

/// <summary>What an act by hand changes in its run, and when it is refused; the plan that only shows it asks the same rules.</summary>
internal static class ActRules
{
    /// <returns>The tasks that it changes, as they were.</returns>
    /// <exception cref="RefusedException">The run has no such task, or it or the run is not in a state for that.</exception>
    public static IReadOnlyList<TaskRow> Apply(RunBoard board, RunAct act) => act.Kind switch
    {
        RunAct.Retry => Retry(board),
        RunAct.Cancel => Cancel(board, act),
        RunAct.Rerun => Rerun(board, Find(board, act), act.Below),
        RunAct.Succeed => ByHand(board, Find(board, act), TaskState.Succeeded, $"marked as succeeded {act.Whose}"),
        RunAct.Skip => ByHand(board, Find(board, act), TaskState.Skipped, $"skipped {act.Whose}"),
        _ => throw RefusedException.Invalid($"'act' is '{act.Kind}'; it may be {string.Join(", ", RunAct.All)}.{DidYouMean.Sentence(act.Kind, RunAct.All)}"),
    };

    private static TaskRow Find(RunBoard board, RunAct act) => act.Task is { } key && board.Contains(key)
        ? board[key]
        : throw RefusedException.Unknown($"Run {board.Run.Id} has no task '{act.Task}'.{DidYouMean.Sentence(act.Task ?? "", board.Tasks.Select(known => known.Key))}");

    private static List<TaskRow> Retry(RunBoard board)
    {
        var run = board.Run;
        if (run.State is not (RunState.Failed or RunState.Cancelled))
        {
            throw RefusedException.WrongState($"Run {run.Id} is {run.State}; only a failed or cancelled run can be retried. {(run.IsEnded ? "Start a new run instead." : "Wait for its end, or cancel it first.")}");
        }

        return Anew(board, board.Tasks.Where(task => TaskState.IsBad(task.State)));
    }

    private static List<TaskRow> Cancel(RunBoard board, RunAct act)
    {
        if (board.Run.IsEnded)
        {
            throw RefusedException.WrongState($"Run {board.Run.Id} is {board.Run.State} already; there is nothing to cancel.");
        }

        // a queued run has to be running to end in this change
        board.Run = board.Run with { State = RunState.Running, CancelledAt = board.Now, Reason = $"cancelled {act.Whose}" };
        var open = board.Tasks.Where(task => task.State != TaskState.Running && (!TaskState.IsFinal(task.State) || task.State == TaskState.UpstreamFailed)).ToList();
        open.ForEach(task => board[task.Key] = task with { State = TaskState.Cancelled, Reason = "the run was cancelled", EndedAt = board.Now });
        return open;
    }

    // what is skipped below stays so: somebody, or the run's parameters, had a reason
    private static List<TaskRow> Rerun(RunBoard board, TaskRow task, bool below)
    {
        var run = board.Run;
        if (run.State is not (RunState.Succeeded or RunState.Failed or RunState.Cancelled))
        {
            throw RefusedException.WrongState($"Run {run.Id} is {run.State}; only tasks of a run that has ended can be run again. {(run.IsEnded ? "Start a new run instead." : "Wait for its end, or cancel it first.")}");
        }

        var again = Anew(board, (below ? board.Graph.Below(task.Key) : []).Select(key => board[key]).Where(one => one.State != TaskState.Skipped).Prepend(task));
        return board.ReadinessOf(task.Key) == Readiness.Broken
            ? throw RefusedException.WrongState($"'{task.Key}' cannot run: {string.Join(", ", board.Parents(task.Key).Where(parent => TaskState.IsBad(board[parent].State)).Select(parent => $"'{parent}' is {board[parent].State}"))}. Run that again with all below it, or retry the run.")
            : again;
    }

    private static List<TaskRow> ByHand(RunBoard board, TaskRow task, string state, string reason)
    {
        var run = board.Run;
        if (run.State is RunState.Queued or RunState.Skipped || (run.CancelledAt is not null && !run.IsEnded))
        {
            throw RefusedException.WrongState($"Run {run.Id} is {(run.State == RunState.Running ? "being cancelled" : run.State)}; a task can be settled by hand while its run is running or after its end.");
        }

        if (task.State is TaskState.Running or TaskState.Succeeded or TaskState.Skipped)
        {
            throw RefusedException.WrongState($"'{task.Key}' is {task.State}; only a task that is not done and does not run can be marked as succeeded or skipped.{(task.State == TaskState.Running ? " Wait for its end, or cancel the run first." : "")}");
        }

        board[task.Key] = task with { State = state, Reason = reason.Length > 1000 ? reason[..1000] : reason, Error = null, EndedAt = board.Now, RetryAt = null };
        return [task];
    }

    private static List<TaskRow> Anew(RunBoard board, IEnumerable<TaskRow> tasks)
    {
        var again = tasks.ToList();
        again.ForEach(task => board[task.Key] = task.Anew());
        return again;
    }
}
