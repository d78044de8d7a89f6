using System.Reflection;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using PinScheduler.Database;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>The Hangfire jobs of a run's tasks: makes them, pushes them on, takes them away.</summary>
internal sealed class RunJobs(JobStorage storage, Warehouse warehouse, RunStore runs, TimeProvider time)
{
    private static readonly MethodInfo Method = typeof(TaskJob).GetMethod(nameof(TaskJob.RunAsync))!;
    private static readonly TimeSpan Unfinished = TimeSpan.FromDays(30);
    private readonly BackgroundJobStateChanger _changer = new();

    /// <summary>Sees to it that every task of the run that may run is on its way: jobs where there are none, and the ready ones enqueued.</summary>
    public async Task AdvanceAsync(long run, CancellationToken cancellationToken)
    {
        var board = await CreateMissingAsync(run, cancellationToken);
        PushReady(board);
    }

    public void PushReady(RunBoard board)
    {
        foreach (var task in board.Ready.Where(task => task.Job is not null))
        {
            Change(task.Job!, new EnqueuedState(board.Graph[task.Key].Queue) { Reason = "All that it waited for is done" }, AwaitingState.StateName, FailedState.StateName);
        }
    }

    /// <summary>Of a task that has just succeeded: what waited for it behind one that was skipped by hand, of which its job knows nothing.</summary>
    public void PushBeyondSkipped(RunBoard board, string key)
    {
        // who is skipped from the beginning has not ended
        if (board.Run.State != RunState.Running || !board.Tasks.Any(task => task is { State: TaskState.Skipped, EndedAt: not null }))
        {
            return;
        }

        foreach (var child in board.Children(key).Where(child => board[child] is { Job: not null, State: TaskState.Waiting or TaskState.Queued } && board.ReadinessOf(child) == Readiness.Ready))
        {
            Change(board[child].Job!, new EnqueuedState(board.Graph[child].Queue) { Reason = "All that it waited for is done" }, AwaitingState.StateName);
        }
    }

    public void Delete(IEnumerable<string> jobs, string reason)
    {
        foreach (var job in jobs)
        {
            Change(job, new DeletedState { Reason = reason });
        }
    }

    /// <summary>Makes a job that was fetched too early wait again.</summary>
    public async Task SendBackAsync(RunBoard board, string task, string job, string reason, CancellationToken cancellationToken)
    {
        Change(job, Waiting(board, task, reason), ProcessingState.StateName);
        // a parent that ended in between has found the job in Processing, and let it be
        if (await runs.ReadAsync(board.Run.Id, cancellationToken) is { } now)
        {
            PushReady(now);
        }
    }

    public static WaitingState Waiting(RunBoard board, string task, string reason) =>
        new(board.Parents(task).Select(parent => board[parent].Job).FirstOrDefault(job => job is not null), board.Graph[task].Queue, reason);

    /// <summary>The job's state as Hangfire has it; null where the job is gone.</summary>
    public static string? StateOf(IStorageConnection connection, string job) => connection.GetJobData(job)?.State;

    // ids are in task_run before any of the jobs exists, so a job is never run unknown; a crash between the two commits leaves ids without jobs
    private async Task<RunBoard> CreateMissingAsync(long run, CancellationToken cancellationToken)
    {
        var board = await runs.ReadAsync(run, cancellationToken) ?? throw RefusedException.Unknown($"There is no run '{run}'.");
        if (!Missing(board).Any())
        {
            return board;
        }

        await using var alone = await NamedLock.TryTakeAsync(warehouse, $"run/{run}/jobs", TimeSpan.FromSeconds(30), time, cancellationToken)
            ?? throw new TimeoutException($"Another server has been making the jobs of run {run} for half a minute.");
        using var connection = storage.GetConnection();
        JobStorageTransaction? creation = null;
        try
        {
            (_, board) = await runs.ChangeAsync(run, board =>
            {
                creation?.Dispose();
                creation = (JobStorageTransaction)connection.CreateWriteTransaction();
                Create(board, Missing(board).ToList(), creation);
                return true;
            }, cancellationToken);
            creation!.Commit();
            return board;
        }
        finally
        {
            creation?.Dispose();
        }
    }

    private static IEnumerable<TaskRow> Missing(RunBoard board) =>
        board.Run.State == RunState.Running ? board.Tasks.Where(task => task.Job is null && !TaskState.IsFinal(task.State)) : [];

    private void Create(RunBoard board, List<TaskRow> missing, JobStorageTransaction creation)
    {
        var label = $"{board.Run.Pipeline} {board.Run.LogicalDate:yyyy-MM-dd}";
        foreach (var task in missing)
        {
            var job = new Job(typeof(TaskJob), Method, [board.Run.Id, task.Key, label, null, default(CancellationToken)], board.Graph[task.Key].Queue);
            board[task.Key] = task with { Job = creation.CreateJob(job, new Dictionary<string, string>(), time.GetUtcNow().UtcDateTime, Unfinished) };
        }

        foreach (var key in missing.Select(task => task.Key).Union(missing.SelectMany(task => board.Parents(task.Key))).Where(key => board[key].Job is not null && board.Children(key).Count > 0))
        {
            creation.SetJobParameter(board[key].Job, "Continuations", SerializationHelper.Serialize(
                board.Children(key).Select(child => board[child].Job).OfType<string>().Select(job => new Continuation(job)).ToList()));
        }

        foreach (var task in missing.Select(task => board[task.Key]))
        {
            var node = board.Graph[task.Key];
            var ready = board.ReadinessOf(task.Key) == Readiness.Ready;
            creation.PersistJob(task.Job);
            creation.SetJobState(task.Job, ready ? new EnqueuedState(node.Queue) : Waiting(board, task.Key, $"Waits for {string.Join(", ", board.Parents(task.Key))}"));
            if (ready)
            {
                creation.AddToQueue(node.Queue, task.Job);
                board[task.Key] = task with { State = TaskState.Queued };
            }
        }
    }

    private void Change(string job, IState state, params string[] from)
    {
        using var connection = storage.GetConnection();
        _changer.ChangeState(new StateChangeContext(storage, connection, job, state, from.Length == 0 ? null : from));
    }
}
