using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Sharing;

/// <summary>
/// The steps to Processing that workers of this process do not wait for. Most jobs are done before one is due, and it goes with the commit of their end: one
/// commit a job instead of two, and a job starts without waiting for the disk.
/// </summary>
/// <remarks>
/// What is weaker for it: a process that dies within twice <see cref="Delay"/> leaves a job that it had started as it was before, enqueued. It is run again all
/// the same, like every fetched job of a dead process.
/// </remarks>
internal sealed class WriteBehind(MySqlStorage storage, SharedWork work) : IDisposable
{
    /// <summary>A step that nothing has taken along for so long is written by itself, before it is twice as old.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>A job that was fetched longer ago may be another's by now, so its worker waits; far less than any lease that a job outlives.</summary>
    public TimeSpan LongestFresh { get; set; } = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long is waited for another thread that writes a step: its packet has answers or errors by then, or the step is tried again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Steps that are written together stay a small transaction.</summary>
    private const int MostSteps = 16;

    private static readonly ILog Log = LogProvider.For<WriteBehind>();

    private readonly object _gate = new();
    private readonly Dictionary<long, UnwrittenStep> _steps = [];
    private Timer? _timer;
    private bool _runs;
    private bool _disposed;

    /// <summary>The jobs whose steps are not written.</summary>
    public IReadOnlyList<string> Unsettled => All().Where(step => !step.IsSettled).Select(step => step.Job.JobId).ToList();

    public void Add(UnwrittenStep step)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _steps[step.Job.Id] = step;
            if (!_runs)
            {
                _runs = true;
                _timer ??= new Timer(_ => WriteDue());
                _timer.Change(Delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Commits under locks what follows, in one transaction with the step of the worker's own job where that is not written yet.</summary>
    public void Commit(IReadOnlyList<SharedLock> locks, MySqlFetchedJob? own, WriteSet next, Action<WriteSet> commit)
    {
        foreach (var held in locks.Where(held => held.Step is { } step && step.Job != own))
        {
            // another worker's, whose lease is none of ours
            EnsureSettled(held.JobId!.Value);
        }

        if (locks.Select(held => held.Step).FirstOrDefault(step => step?.Job == own) is not { } mine || !mine.TryBegin(Patience))
        {
            commit(next);
            return;
        }

        var done = false;
        try
        {
            var all = new WriteSet(storage.Database.Tables);
            all.Append(mine.Writes);
            all.Append(next);
            commit(all);
            done = true;
        }
        finally
        {
            End(mine, done);
        }
    }

    /// <summary>Goes on with the step of a job under a lock that was taken anew, if there is one.</summary>
    public void Adopt(SharedLock held)
    {
        if (held.JobId is not { } id || Find(id) is not { } step)
        {
            return;
        }

        if (step.TryBegin(Patience))
        {
            step.MoveTo(held);
        }
        else
        {
            // settled since the job was read
            held.Forget();
        }
    }

    /// <summary>Whether something is still to be written to the job.</summary>
    public bool Has(long jobId) => Find(jobId) is { IsSettled: false };

    /// <summary>Has the step of a job written, if there is one, before somebody looks at the job.</summary>
    /// <returns>Whether it is settled: it may fail, and is then tried again later.</returns>
    public bool Settle(long jobId) => Find(jobId) is not { } step || !step.TryBegin(Patience) || Write([step]);

    /// <summary>The same, before the job is changed.</summary>
    /// <exception cref="TimeoutException">The step could not be written.</exception>
    public void EnsureSettled(long jobId)
    {
        if (!Settle(jobId))
        {
            throw new TimeoutException($"That job '{jobId}' is processing could not be written, so nothing that follows it can be; try again.");
        }
    }

    /// <summary>Has all steps written that wait now.</summary>
    public void SettleAll()
    {
        foreach (var step in All())
        {
            Settle(step.Job.Id);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }

        SettleAll();
    }

    private UnwrittenStep? Find(long jobId)
    {
        lock (_gate)
        {
            return _steps.GetValueOrDefault(jobId);
        }
    }

    private List<UnwrittenStep> All()
    {
        lock (_gate)
        {
            return [.. _steps.Values];
        }
    }

    /// <summary>Writes the steps that have waited long enough.</summary>
    public void WriteDue()
    {
        try
        {
            All().Where(step => step.Age >= Delay && step.TryBegin()).Chunk(MostSteps).ToList().ForEach(steps => Write(steps));
        }
        finally
        {
            lock (_gate)
            {
                _steps.Values.Where(step => step.IsSettled).ToList().ForEach(step => _steps.Remove(step.Job.Id));
                _runs = _steps.Count > 0 && !_disposed;
                if (_runs)
                {
                    _timer!.Change(_steps.Values.Any(step => step.Lock.Session is { IsAlive: true }) ? Delay : RetryInterval, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    /// <summary>Writes steps that were begun: together, and where that fails each by itself.</summary>
    private bool Write(UnwrittenStep[] steps)
    {
        try
        {
            var writes = new WriteSet(storage.Database.Tables);
            Array.ForEach(steps, step => writes.Append(step.Writes));
            using var request = new CommitRequest(writes, Array.ConvertAll(steps, step => step.Lock), [], []) { IsBehind = true };
            work.Run(request);
            Array.ForEach(steps, step => End(step, settled: true));
            return true;
        }
        catch (Exception) when (steps.Length > 1)
        {
            return WriteEach(steps);
        }
        catch (Exception error)
        {
            return Retry(steps[0], error);
        }
    }

    private bool WriteEach(UnwrittenStep[] steps)
    {
        var all = true;
        foreach (var step in steps)
        {
            // while the database is away, one has waited for it long enough; the workers of the others wait for these
            if (!all && !work.HasSession)
            {
                End(step, settled: false);
                continue;
            }

            all &= Write([step]);
        }

        return all;
    }

    /// <summary>Tries a step again that could not be written, where its lock is gone under a new one; and leaves it for later where that fails too.</summary>
    private bool Retry(UnwrittenStep step, Exception cause)
    {
        try
        {
            if (cause is MySqlException error && ServerErrors.IsOutOfRange(error))
            {
                step.Job.VerifyOwned();
            }

            End(step, settled: false);
            if (step.IsSettled || step.Lock.Session is { IsAlive: true })
            {
                return step.IsSettled;
            }

            using var locks = new SharedLocks(storage, work);
            using var held = locks.Acquire(SharedLock.ResourceOf(step.Job.Id), TimeSpan.Zero);
            return held is not null && Settle(step.Job.Id);
        }
        catch (Exception error)
        {
            // the database is away, or a worker of this process has the lock and goes on with the step itself
            Log.DebugException($"That job '{step.Job.JobId}' is processing could not be written now; it is tried again until its worker has finished.", error);
            return step.IsSettled;
        }
    }

    private void End(UnwrittenStep step, bool settled)
    {
        step.End(settled);
        if (settled)
        {
            lock (_gate)
            {
                if (_steps.GetValueOrDefault(step.Job.Id) == step)
                {
                    _steps.Remove(step.Job.Id);
                }
            }
        }
    }
}
