namespace PinScheduler.Orchestration.Runs;

/// <summary>When a run that goes on may be expected to end, and which tasks that hangs on: the longest way through what is left of its graph.</summary>
internal sealed record ExpectedEnd(DateTime At, IReadOnlyList<string> Path)
{
    /// <summary>Null where the run does not go on, or it is not known how long one of its tasks takes.</summary>
    /// <param name="board">The run now.</param>
    /// <param name="usual">What its tasks take as a rule.</param>
    /// <param name="told">Seconds that a running task itself says it still takes: tonight's records are better known than other nights'.</param>
    public static ExpectedEnd? Of(RunBoard board, IReadOnlyDictionary<string, UsualTime> usual, IReadOnlyDictionary<string, double?> told)
    {
        if (board.Run is not { State: RunState.Running, CancelledAt: null })
        {
            return null;
        }

        var ends = new Dictionary<string, (DateTime At, string? After)>(StringComparer.Ordinal);
        foreach (var task in board.Graph.Order.Select(node => board[node.Key]).Where(static task => !TaskState.IsFinal(task.State)))
        {
            if (!usual.TryGetValue(task.Key, out var time))
            {
                return null;
            }

            var parents = board.Parents(task.Key);
            var after = parents.Where(ends.ContainsKey).MaxBy(parent => ends[parent].At);
            var ready = after is null ? parents.Select(parent => board[parent].EndedAt).Max() ?? board.Run.StartedAt ?? board.Now : ends[after].At;
            ends[task.Key] = (task switch
            {
                // where it says none, it may still have to commit what it has read
                { State: TaskState.Running } when told.GetValueOrDefault(task.Key) is { } seconds and > 0 => board.Now.AddSeconds(seconds),
                { State: TaskState.Running, StartedAt: { } began } => NotBefore(board.Now, began + time.Runs),
                { State: TaskState.Retrying } => NotBefore(board.Now, task.RetryAt ?? board.Now) + time.Runs,
                _ => NotBefore(board.Now, ready + time.Waits) + time.Runs,
            }, after);
        }

        if (ends.Count == 0)
        {
            return null;
        }

        var path = new List<string>();
        for (var at = ends.MaxBy(static end => end.Value.At).Key; at is not null; at = ends[at].After)
        {
            path.Insert(0, at);
        }

        return new ExpectedEnd(ends[path[^1]].At, path);
    }

    private static DateTime NotBefore(DateTime now, DateTime instant) => instant < now ? now : instant;
}
