using Hangfire.Logging;
using Hangfire.MySql.Commands;
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
    private readonly SharedSession _session;

    public SharedWork(MySqlStorage storage)
    {
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
            if (held.Session is { IsAlive: true })
            {
                using var request = new ReleaseRequest([held]);
                Run(request);
            }
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.DebugException($"Could not release the lock on '{held.Resource}'; it went with its session.", error);
        }
        finally
        {
            Unreserve(held);
        }
    }

    /// <summary>Takes the locks on jobs that were fetched just now, so that their workers find them taken and the jobs read.</summary>
    public void Prepare(IEnumerable<MySqlFetchedJob> fetched)
    {
        var wanted = fetched.Select(job => (Job: job, Lock: Reserve(SharedLock.ResourceOf(job.Id), TimeSpan.Zero))).Where(pair => pair.Lock is not null).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        try
        {
            using var request = new LockRequest(wanted.ConvertAll(pair => pair.Lock!));
            Run(request);
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.DebugException("The locks on fetched jobs could not be taken at once; their workers will take them.", error);
        }

        foreach (var (job, taken) in wanted)
        {
            if (taken!.Session is { IsAlive: true })
            {
                job.Prepare(taken);
            }
            else
            {
                Unreserve(taken);
            }
        }
    }

    public void Ping() => _session.Ping();

    public void Dispose() => _session.Dispose();

    private bool IsHolding()
    {
        lock (_gate)
        {
            return _inUse.Count > 0;
        }
    }
}
