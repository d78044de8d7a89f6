using System.Data;
using System.Diagnostics;
using Hangfire.Logging;
using Hangfire.MySql.Schema;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Locking;

/// <summary>
/// The distributed locks of one storage connection. They live in one database session, and while there is a lock everything that the storage
/// connection does goes through that session: when the session is lost, so is the lock, and a write under it fails instead of being applied.
/// </summary>
internal sealed class LockSession(MySqlStorage storage) : IDisposable
{
    /// <summary>A wait longer than the command timeout would be cut off, and a short one can be given up.</summary>
    private const int SliceSeconds = 5;

    private static readonly ILog Log = LogProvider.For<LockSession>();

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private volatile MySqlConnection? _connection;

    public bool IsHolding => _connection is not null;

    /// <summary>Takes a lock, or once more one that is held: locks are re-entrant.</summary>
    public IDisposable Acquire(string resource, TimeSpan timeout)
    {
        if (storage.ExistingConnectionLocks is { } shared)
        {
            return shared.Acquire(this, resource, timeout);
        }

        lock (_gate)
        {
            if (_held.TryGetValue(resource, out var count))
            {
                EnsureAlive();
                _held[resource] = count + 1;
                return new Handle(this, resource);
            }

            try
            {
                Take(resource, timeout);
                _held.Add(resource, 1);
            }
            finally
            {
                CloseWhenIdle();
            }

            storage.Heartbeat.Watch(this);
            return new Handle(this, resource);
        }
    }

    /// <summary>Runs something in the session that holds the locks.</summary>
    public T Use<T>(Func<MySqlConnection, T> action)
    {
        if (storage.ExistingConnectionLocks is not null)
        {
            return storage.Database.Write(action);
        }

        lock (_gate)
        {
            EnsureAlive();
            try
            {
                return action(_connection!);
            }
            catch (Exception error) when (ServerErrors.IsConnectionLost(_connection!, error))
            {
                throw DistributedLockLostException.Of(_held.Keys, error);
            }
        }
    }

    /// <summary>Keeps the server from closing a session that holds locks for long; a busy session needs no ping.</summary>
    public void Ping()
    {
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            if (_connection is { State: ConnectionState.Open } connection && !connection.Ping())
            {
                Log.Warn($"The connection that holds the lock on '{string.Join("', '", _held.Keys)}' is lost.");
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    public void Dispose()
    {
        storage.ExistingConnectionLocks?.ReleaseAll(this);
        lock (_gate)
        {
            foreach (var resource in _held.Keys.ToArray())
            {
                Unlock(resource);
            }

            CloseWhenIdle();
        }
    }

    private void Take(string resource, TimeSpan timeout)
    {
        var name = storage.LockName.Of(resource);
        if (_connection is null)
        {
            _connection = storage.Database.Open();
            try
            {
                if (TryTake(_connection, name, TimeSpan.Zero))
                {
                    return;
                }
            }
            catch (Exception error) when (ServerErrors.IsConnectionLost(_connection, error))
            {
                Log.DebugException("A pooled connection had been closed by the server; taking the lock on a new one.", error);
                Database.Discard(_connection);
                _connection = storage.Database.Open();
            }
        }

        var started = Stopwatch.GetTimestamp();
        do
        {
            var left = timeout - Stopwatch.GetElapsedTime(started);
            if (TryTake(_connection, name, left > TimeSpan.Zero ? left : TimeSpan.Zero))
            {
                return;
            }
        }
        while (Stopwatch.GetElapsedTime(started) < timeout);
        throw new MySqlDistributedLockException(resource);
    }

    private bool TryTake(MySqlConnection connection, string name, TimeSpan wait)
    {
        var seconds = Math.Min(wait.TotalSeconds, SliceSeconds);
        // MySQL rounds to whole seconds: below one it is asked every few milliseconds
        var granular = ServerVersion.IsMariaDb(connection) || seconds >= 1;
        try
        {
            if (GetLock(connection, name, granular ? seconds : 0))
            {
                return true;
            }
        }
        catch (MySqlException error) when (ServerErrors.IsUserLockDeadlock(error))
        {
            // another session waits for a lock of ours: step back, it may get through meanwhile
            granular = false;
        }
        catch (Exception error) when (ServerErrors.IsConnectionLost(connection, error) && _held.Count > 0)
        {
            throw DistributedLockLostException.Of(_held.Keys, error);
        }

        if (!granular && wait > TimeSpan.Zero)
        {
            Thread.Sleep(Random.Shared.Next(5, 25));
        }

        return false;
    }

    private static bool GetLock(MySqlConnection connection, string name, double seconds)
    {
        var answer = connection.Query($"select get_lock({name}, {seconds})", row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0))[0];
        return answer is { } got
            ? got == 1
            : throw new InvalidOperationException($"The server could not give the lock '{name}': GET_LOCK answered NULL, so the wait was killed or the server is out of memory. Try again.");
    }

    private void Release(string resource)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(resource, out var count) && count > 1)
            {
                _held[resource] = count - 1;
                return;
            }

            Unlock(resource);
            CloseWhenIdle();
        }
    }

    private void Unlock(string resource)
    {
        if (!_held.Remove(resource) || _connection is not { } connection)
        {
            return;
        }

        try
        {
            if (connection.State == ConnectionState.Open)
            {
                connection.Execute($"do release_lock({storage.LockName.Of(resource)})");
            }
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.WarnException($"Could not release the lock on '{resource}'; its session is closed, which frees it.", error);
            Kill(connection);
        }
    }

    /// <summary>A session must not go back to the pool with a lock: the pool does not reset it.</summary>
    private void Kill(MySqlConnection connection)
    {
        try
        {
            var session = connection.ServerThread;
            using var other = storage.Database.Open();
            other.Execute($"kill {session}");
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.DebugException("The session is gone already.", error);
        }

        Database.Discard(connection);
    }

    private void EnsureAlive()
    {
        if (_connection is not { State: ConnectionState.Open })
        {
            throw DistributedLockLostException.Of(_held.Keys);
        }
    }

    private void CloseWhenIdle()
    {
        if (_held.Count > 0 || _connection is not { } connection)
        {
            return;
        }

        _connection = null;
        storage.Heartbeat.Unwatch(this);
        connection.Dispose();
    }

    private sealed class Handle(LockSession session, string resource) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                session.Release(resource);
            }
        }
    }
}
