using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Locking;
using MySqlConnector;

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
    private readonly HashSet<string> _inUse = new(StringComparer.Ordinal);
    private readonly LockName _names;
    private readonly MySqlStorage _storage;
    private readonly SharedSession _session;

    public SharedWork(MySqlStorage storage)
    {
        _storage = storage;
        _names = storage.LockName;
        _session = new SharedSession(storage, IsHolding);
    }

    /// <summary>A lock that no other worker of this process has, if need be after waiting; it is not yet held in the database.</summary>
    public SharedLock? Reserve(string resource, TimeSpan timeout)
    {
        var started = TimeProvider.System.GetTimestamp();
        lock (_gate)
        {
            while (!_inUse.Add(resource))
            {
                var left = timeout - TimeProvider.System.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                {
                    return null;
                }

                Monitor.Wait(_gate, left);
            }
        }

        return new SharedLock(resource, _names.Of(resource));
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
        using var request = new CommitRequest(writes, [], []);
        Run(request);
    }

    public void Run(SharedRequest request) => _session.Run(request);

    /// <summary>Gives a lock back, here and in the database.</summary>
    public void Free(SharedLock held)
    {
        try
        {
            Release([held]);
        }
        finally
        {
            Unreserve(held);
        }
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
                job.Prepare(taken);
            }
            else
            {
                // another worker of this process holds it, and the server has counted it twice
                unwanted.Add(taken);
            }
        }

        if (unwanted.Count > 0)
        {
            Release(unwanted);
        }

        return request.Claimed.ConvertAll(claimed => claimed.Job);
    }

    public void Ping() => _session.Ping();

    public void Dispose() => _session.Dispose();

    private void Release(List<SharedLock> held)
    {
        try
        {
            if (held.Any(one => one.Session is { IsAlive: true }))
            {
                using var request = new ReleaseRequest(held);
                Run(request);
            }
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.DebugException($"Could not release the lock on '{held[0].Resource}'; it went with its session.", error);
        }
    }

    private bool TryReserve(SharedLock taken)
    {
        lock (_gate)
        {
            return _inUse.Add(taken.Resource);
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
