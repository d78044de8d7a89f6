using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.JobQueue;

namespace Hangfire.MySql.Sharing;

/// <summary>
/// What the workers of this process do in their shared session. The server gives a session its own lock again, so within the process whoever comes
/// second for a lock waits here.
/// </summary>
/// <remarks>One session: with two, measured, there were half as many statements more and no more jobs a second.</remarks>
internal sealed class SharedWork : IDisposable
{
    private static readonly ILog Log = LogProvider.For<SharedWork>();

    private readonly object _gate = new();
    private readonly Dictionary<string, MySqlFetchedJob?> _inUse = new(StringComparer.Ordinal);
    private readonly MySqlStorage _storage;
    private readonly SharedSession _session;
    private readonly Timer _sweep;
    private bool _sweeps;

    public SharedWork(MySqlStorage storage)
    {
        _storage = storage;
        _session = new SharedSession(storage, IsHolding);
        _sweep = new Timer(_ => Sweep());
        Behind = new WriteBehind(storage, this);
    }

    public WriteBehind Behind { get; }

    /// <summary>A lock that is put by is free at the second sweep.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A lock that no other worker of this process has, if need be after waiting. It is not yet held in the database, except where it was put by for
    /// the worker that runs the job.
    /// </summary>
    public SharedLock? Reserve(string resource, TimeSpan timeout)
    {
        var started = TimeProvider.System.GetTimestamp();
        lock (_gate)
        {
            while (!_inUse.TryAdd(resource, null))
            {
                if (_inUse[resource]?.TakePrepared() is { } putBy)
                {
                    return putBy;
                }

                var left = timeout - TimeProvider.System.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                {
                    return null;
                }

                Monitor.Wait(_gate, left);
            }
        }

        return new SharedLock(resource, _storage.LockName.Of(resource));
    }

    /// <summary>Reserves a lock that nobody in this process has.</summary>
    public bool TryReserve(SharedLock wanted)
    {
        lock (_gate)
        {
            return _inUse.TryAdd(wanted.Resource, null);
        }
    }

    /// <summary>Frees a lock that was put by, for somebody who wants it in another session.</summary>
    public void FreePutBy(string resource)
    {
        _ = SharedLock.JobOf(resource) is not { } id || Behind.Settle(id);
        SharedLock? putBy;
        lock (_gate)
        {
            putBy = _inUse.GetValueOrDefault(resource)?.TakePrepared();
        }

        if (putBy is not null)
        {
            GiveBack(putBy);
        }
    }

    /// <summary>Lets the next worker of this process have the lock.</summary>
    public void Unreserve(SharedLock released)
    {
        lock (_gate)
        {
            _inUse.Remove(released.Resource);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Commits a small transaction that is under no lock.</summary>
    public void Commit(WriteSet writes)
    {
        using var request = new CommitRequest(writes, [], [], _storage.ClaimsOf(writes));
        Run(request);
    }

    public void Run(SharedRequest request) => _session.Run(request);

    /// <summary>Gives a lock back; one under which something is still to be written is put by until it is.</summary>
    public void GiveBack(SharedLock held)
    {
        if (held.Step is { IsSettled: false } step)
        {
            PutBy(step.Job, held);
        }
        else
        {
            Free(held);
        }
    }

    /// <summary>Gives a lock back, here and in the database.</summary>
    public void Free(SharedLock held) => Free([held]);

    /// <summary>Gives several back in one packet.</summary>
    public void Free(List<SharedLock> held)
    {
        Release(held);
        held.ForEach(Unreserve);
    }

    /// <summary>Claims up to so many jobs, each where possible with its lock and as it is in the database, for the worker that will get it.</summary>
    public List<MySqlFetchedJob> Claim(JobSource source, int wanted)
    {
        using var request = new ClaimRequest(source, wanted);
        Run(request);
        return Keep(request);
    }

    /// <summary>Makes what was claimed this process's: its leases are renewed, and the locks are kept for the workers.</summary>
    public List<MySqlFetchedJob> Keep(ClaimRequest request)
    {
        var unwanted = new List<SharedLock>();
        foreach (var (job, taken) in request.Claimed)
        {
            _storage.Leases.Add(job);
            if (taken.Session is null)
            {
                continue;
            }

            if (TryReserve(taken))
            {
                PutBy(job, taken);
            }
            else
            {
                // another worker of this process holds it, and the server has counted it twice
                unwanted.Add(taken);
            }
        }

        Release(unwanted);
        return request.Claimed.ConvertAll(claimed => claimed.Job);
    }

    /// <summary>Keeps a lock for the worker that has the job, who mostly comes for it soon; for others of this process it is free, and for all after a while.</summary>
    public void PutBy(MySqlFetchedJob job, SharedLock taken)
    {
        lock (_gate)
        {
            _inUse[taken.Resource] = job;
            job.Prepare(taken);
            Monitor.PulseAll(_gate);
            if (!_sweeps)
            {
                _sweeps = true;
                _sweep.Change(SweepInterval, SweepInterval);
            }
        }

        job.FreeUnlessHeld();
    }

    /// <summary>A job was changed without the lock: what was read with that is not true any more.</summary>
    public void Forget(long jobId)
    {
        lock (_gate)
        {
            _inUse.GetValueOrDefault(SharedLock.ResourceOf(jobId))?.ForgetPrepared();
        }
    }

    public bool HasSession => _session.IsOpen;

    public void Ping() => _session.Ping();

    public void Dispose()
    {
        _sweep.Dispose();
        Behind.Dispose();
        _session.Dispose();
    }

    /// <summary>Frees the locks that were put by for long: their jobs are not done soon, and others may want to change them.</summary>
    private void Sweep()
    {
        var idle = new List<SharedLock>();
        lock (_gate)
        {
            var jobs = _inUse.Values.OfType<MySqlFetchedJob>().Where(job => job.IsPrepared).ToList();
            idle.AddRange(jobs.Select(job => job.TakeIdlePrepared()).OfType<SharedLock>());
            if (idle.Count == jobs.Count)
            {
                _sweeps = false;
                _sweep.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        Free(idle);
    }

    private void Release(List<SharedLock> held)
    {
        if (!held.Exists(one => one.Session is { IsAlive: true }))
        {
            return;
        }

        try
        {
            using var request = new ReleaseRequest(held);
            Run(request);
        }
        catch (Exception error)
        {
            Log.DebugException($"Could not release the lock on '{held[0].Resource}'; it went with its session.", error);
        }
    }

    private bool IsHolding()
    {
        lock (_gate)
        {
            return _inUse.Count > 0;
        }
    }
}
