using System.Diagnostics;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Locking;

/// <summary>
/// Distributed locks on the one connection that a user has given to the storage. The server gives a session its own lock as often as it asks; so
/// between the storage connections of this process, which share that session, the locks are kept apart here.
/// </summary>
internal sealed class ExistingConnectionLocks(ExistingConnectionDatabase database, LockName names)
{
    /// <summary>The connection serves others too, so it must not be held while waiting.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly object _gate = database.Gate;
    private readonly Dictionary<string, Holding> _held = new(StringComparer.Ordinal);

    public IDisposable Acquire(LockSession? owner, string resource, TimeSpan timeout)
    {
        var started = Stopwatch.GetTimestamp();
        do
        {
            if (TryAcquire(owner, resource))
            {
                return new Handle(this, owner, resource);
            }
        }
        while (Waited(timeout - Stopwatch.GetElapsedTime(started)));
        throw new MySqlDistributedLockException(resource);
    }

    public void ReleaseAll(LockSession? owner)
    {
        lock (_gate)
        {
            foreach (var resource in _held.Where(lockOf => lockOf.Value.Owner == owner).Select(lockOf => lockOf.Key).ToArray())
            {
                Free(resource);
            }
        }
    }

    /// <summary>Refuses to go on in another session than the one that holds the locks.</summary>
    public void EnsureHeld(MySqlConnection connection)
    {
        lock (_gate)
        {
            if (_held.Values.Any(holding => holding.Session != connection.ServerThread))
            {
                throw DistributedLockLostException.Of(_held.Keys);
            }
        }
    }

    private bool TryAcquire(LockSession? owner, string resource)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(resource, out var holding))
            {
                _ = holding.Owner == owner && holding.Count++ > 0;
                return holding.Owner == owner;
            }

            var name = names.Of(resource);
            var session = database.Read(connection =>
                connection.Query($"select get_lock({name}, 0)", row => !row.IsDBNull(0) && row.GetInt64(0) == 1)[0] ? connection.ServerThread : (int?)null);
            if (session is not { } taken)
            {
                return false;
            }

            _held.Add(resource, new Holding(owner, taken));
            return true;
        }
    }

    private bool Waited(TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        lock (_gate)
        {
            Monitor.Wait(_gate, left < Pause ? left : Pause);
        }

        return true;
    }

    private void Release(LockSession? owner, string resource)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(resource, out var holding) && holding.Owner == owner && --holding.Count == 0)
            {
                Free(resource);
            }
        }
    }

    private void Free(string resource)
    {
        var session = _held[resource].Session;
        _held.Remove(resource);
        Monitor.PulseAll(_gate);
        try
        {
            database.Read(connection => connection.ServerThread == session ? connection.Execute($"do release_lock({names.Of(resource)})") : 0);
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            // the lock goes with its session; until then nobody else gets it
        }
    }

    private sealed class Holding(LockSession? owner, int session)
    {
        public LockSession? Owner => owner;

        public int Session => session;

        public int Count { get; set; } = 1;
    }

    private sealed class Handle(ExistingConnectionLocks locks, LockSession? owner, string resource) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                locks.Release(owner, resource);
            }
        }
    }
}
