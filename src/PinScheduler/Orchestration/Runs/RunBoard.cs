using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Runs;

/// <summary>A run with its tasks at one moment: judges their rules, and collects changes that <see cref="RunStore"/> writes.</summary>
internal sealed class RunBoard(RunRow run, IEnumerable<TaskRow> tasks, TaskGraph graph)
{
    private readonly Dictionary<string, TaskRow> _tasks = tasks.ToDictionary(task => task.Key, StringComparer.Ordinal);
    private readonly Dictionary<string, (string State, string? Error)> _ends = new(StringComparer.Ordinal);

    public RunRow Run { get; set; } = run;

    public TaskGraph Graph { get; } = graph;

    /// <summary>The database's clock.</summary>
    public DateTime Now => Run.ReadAt;

    public IReadOnlyCollection<TaskRow> Tasks => _tasks.Values;

    /// <summary>Set by the change that ends the run.</summary>
    public bool HasJustEnded { get; private set; }

    public bool Contains(string key) => _tasks.ContainsKey(key);

    public TaskRow this[string key]
    {
        get => _tasks[key];
        set => _tasks[key] = value;
    }

    /// <summary>How the task's open attempt ends with this change; the first word counts.</summary>
    public void EndAttempt(string key, string state, string? error) => _ends.TryAdd(key, (state, error));

    /// <summary>An attempt ends whenever its task stops running: where nobody has said how, by what becomes of the task.</summary>
    public (string State, string? Error) EndOf(string key) => _ends.TryGetValue(key, out var end) ? end : _tasks[key] switch
    {
        { State: TaskState.Succeeded } => ("succeeded", null),
        { State: TaskState.Failed or TaskState.Retrying } task => ("failed", task.Error),
        { State: TaskState.Cancelled } task => ("cancelled", task.Reason),
        _ => ("lost", "Its job is gone."),
    };

    /// <summary>What could be enqueued at once.</summary>
    public IEnumerable<TaskRow> Ready => Run.State == RunState.Running ? Tasks.Where(task => task.State == TaskState.Waiting && ReadinessOf(task.Key) == Readiness.Ready) : [];

    public IReadOnlyCollection<string> Parents(string key) => Graph.Parents(key, IsSkipped);

    public IReadOnlyCollection<string> Children(string key) => Graph.Children(key, IsSkipped);

    public Readiness ReadinessOf(string key)
    {
        var parents = Parents(key).Select(parent => _tasks[parent].State).ToList();
        if (Graph[key].Rule == TriggerRule.AllDone)
        {
            return parents.All(TaskState.IsFinal) ? Readiness.Ready : Readiness.Waits;
        }

        return parents.Any(TaskState.IsBad) ? Readiness.Broken
            : parents.All(state => state == TaskState.Succeeded) ? Readiness.Ready
            : Readiness.Waits;
    }

    /// <summary>The parents whose end, or success, the task's rule still asks for.</summary>
    public IEnumerable<string> WaitsFor(string key) => Parents(key)
        .Where(parent => Graph[key].Rule == TriggerRule.AllDone ? !TaskState.IsFinal(_tasks[parent].State) : _tasks[parent].State != TaskState.Succeeded)
        .OrderBy(parent => _tasks[parent].Ordinal);

    /// <summary>Lets failures and late successes reach what is below, and ends the run when nothing can move any more.</summary>
    public void Settle()
    {
        if (Run.State != RunState.Running)
        {
            return;
        }

        // where nothing has gone wrong, nothing is to be passed on
        foreach (var node in Tasks.Any(static task => task.State == TaskState.UpstreamFailed || TaskState.IsBad(task.State)) ? Graph.Order : [])
        {
            var task = _tasks[node.Key];
            if (task.State == TaskState.Waiting && ReadinessOf(node.Key) == Readiness.Broken)
            {
                _tasks[node.Key] = task with { State = TaskState.UpstreamFailed, Reason = null };
            }
            else if (task.State == TaskState.UpstreamFailed && ReadinessOf(node.Key) != Readiness.Broken && !Parents(node.Key).Any(IsTriedAgain))
            {
                _tasks[node.Key] = task with { State = TaskState.Waiting };
            }
        }

        if (Tasks.All(task => TaskState.IsFinal(task.State)))
        {
            HasJustEnded = true;
            Run = Run with { State = Outcome(), EndedAt = Now, ActiveOf = null };
        }
    }

    /// <summary>Makes an ended run running again, or queued where <paramref name="waits"/> says for what; where nothing of it is left to do, it stays ended and needs no place.</summary>
    public void Reopen(string? waits, string? place)
    {
        var was = Run;
        var idle = was is { StartedAt: not null, EndedAt: { } ended } ? Now - ended : TimeSpan.Zero;
        Run = was with { State = RunState.Running, Reason = null, EndedAt = null, CancelledAt = null, RestartedFrom = null, Idle = was.Idle + (long)idle.TotalMicroseconds };
        Settle();
        Run = (HasJustEnded, waits) switch
        {
            // settling one task by hand does not make a cancelled run a failed one
            (true, _) => was.State == RunState.Cancelled && Run.State == RunState.Failed ? Run with { State = was.State, CancelledAt = was.CancelledAt, Reason = was.Reason } : Run,
            (_, { } reason) => Run with { State = RunState.Queued, Reason = reason },
            // one that was cancelled in the queue has not started before
            _ => Run with { ActiveOf = place, StartedAt = Run.StartedAt ?? Now },
        };
    }

    private string Outcome() =>
        Run.CancelledAt is not null ? RunState.Cancelled
        : Tasks.Any(task => TaskState.IsBad(task.State)) ? RunState.Failed
        : RunState.Succeeded;

    // a failed task that was requeued keeps its error until it succeeds, and what is below it stays as it is until then
    private bool IsTriedAgain(string key) => _tasks[key] is { Error: not null } task && TaskState.IsActive(task.State);

    private bool IsSkipped(string key) => _tasks[key].State == TaskState.Skipped;
}
