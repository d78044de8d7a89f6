using System.Data;
using System.Diagnostics;
using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Sharing;
using Hangfire.MySql.Sql;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql.Locking;

/// <summary>
/// The distributed locks of one storage connection. They live in one database session, and while there is a lock everything that the storage
/// connection does goes through that session: when the session is lost, so is the lock, and a write under it fails instead of being applied.
/// </summary>
internal sealed class LockSession(MySqlStorage storage) : IDisposable
{
    private static readonly ILog Log = LogProvider.For<LockSession>();

    private readonly object _gate = new();
    private readonly LockAttempt _attempt = new(storage);
    private readonly Dictionary<string, SharedLock> _held = new(StringComparer.Ordinal);
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
            if (_held.Count > 0)
            {
                EnsureAlive();
                Retake();
            }

            var held = _held.TryGetValue(resource, out var earlier) ? earlier : TakeFirst(resource, timeout);
            held.Count++;
            return new Handle(this, held);
        }
    }

    /// <summary>The job that was read when its lock was taken.</summary>
    public bool TryTakeJob(long jobId, out JobData? job)
    {
        job = null;
        lock (_gate)
        {
            return _held.TryGetValue(SharedLock.ResourceOf(jobId), out var held) && !held.IsSurrendered && held.TryTakeJob(out job);
        }
    }

    /// <summary>
    /// Commits in the session that holds the locks. As in the shared session, the lock on a job whose state is changed goes with the commit where it
    /// was taken once only, and is taken again should somebody do more under it.
    /// </summary>
    public void Commit(WriteSet writes) => Use(connection =>
    {
        // what was read with the locks is not true any more
        _held.Values.ToList().ForEach(held => held.Forget());
        var releases = _held.Values.Where(held => held.GoesWith(writes)).ToList();
        var packets = writes.Packets();
        SharedLock.Release(packets[^1], releases);

        try
        {
            var rows = Database.Write(connection, session => writes.Send(session, packets));
            releases.ForEach(held => held.IsSurrendered = true);
            return rows;
        }
        catch (Exception error) when (ServerErrors.IsBrokenOff(error))
        {
            // nobody knows whether it struck before the locks were freed or after
            Kill(connection);
            throw;
        }
    });

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
            Retake();
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
        if (!Monitor.TryEnter(_gate))
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
            Monitor.Exit(_gate);
        }
    }

    public void Dispose()
    {
        storage.ExistingConnectionLocks?.ReleaseAll(this);
        lock (_gate)
        {
            foreach (var held in _held.Values.ToList())
            {
                Unlock(held);
            }

            CloseWhenIdle();
        }
    }

    private SharedLock TakeFirst(string resource, TimeSpan timeout)
    {
        var wanted = new SharedLock(resource, storage.LockName.Of(resource));
        try
        {
            Take(wanted, timeout);
            _held.Add(resource, wanted);
        }
        finally
        {
            CloseWhenIdle();
        }

        storage.Heartbeat.Watch(this);
        return wanted;
    }

    private void Retake()
    {
        foreach (var held in _held.Values.Where(held => held.IsSurrendered))
        {
            Take(held, storage.Options.TransactionTimeout);
            held.IsSurrendered = false;
        }
    }

    private void Take(SharedLock wanted, TimeSpan timeout)
    {
        if (_connection is null)
        {
            _connection = storage.Database.Open();
            try
            {
                if (_attempt.TryTake(_connection, wanted, TimeSpan.Zero))
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
        try
        {
            do
            {
                var left = timeout - Stopwatch.GetElapsedTime(started);
                if (_attempt.TryTake(_connection, wanted, left > TimeSpan.Zero ? left : TimeSpan.Zero))
                {
                    return;
                }
            }
            while (Stopwatch.GetElapsedTime(started) < timeout);
        }
        catch (Exception error) when (ServerErrors.IsConnectionLost(_connection, error) && _held.Count > 0)
        {
            throw DistributedLockLostException.Of(_held.Keys, error);
        }

        throw new MySqlDistributedLockException(wanted.Resource);
    }

    private void Release(SharedLock held)
    {
        lock (_gate)
        {
            // gone already where its connection was disposed before it
            if (--held.Count > 0 || _held.GetValueOrDefault(held.Resource) != held)
            {
                return;
            }

            Unlock(held);
            CloseWhenIdle();
        }
    }

    private void Unlock(SharedLock held)
    {
        _held.Remove(held.Resource);
        if (held.IsSurrendered || _connection is not { State: ConnectionState.Open } connection)
        {
            return;
        }

        try
        {
            connection.Execute($"do release_lock({held.Name})");
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.WarnException($"Could not release the lock on '{held.Resource}'; its session is closed, which frees it.", error);
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

    private sealed class Handle(LockSession session, SharedLock held) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                session.Release(held);
            }
        }
    }
}
