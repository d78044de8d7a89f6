using System.Globalization;
using Hangfire.Logging;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Sharing;
using Hangfire.MySql.Sql;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>
/// A job that this process has fetched. It owns its queue row while the row bears its token; every word about the row is said with the token.
/// Not generic, and sealed: Hangfire finds transactional acknowledgement by this type's name.
/// </summary>
internal sealed class MySqlFetchedJob(MySqlStorage storage, long rowId, long jobId, string queue, string token, long claimed) : IFetchedJob
{
    private static readonly ILog Log = LogProvider.For<MySqlFetchedJob>();

    private int _state;
    private SharedLock? _prepared;
    private bool _waitedForTaker;
    private bool _changed;

    public string JobId { get; } = jobId.ToString(CultureInfo.InvariantCulture);

    public long Id => jobId;

    public long RowId => rowId;

    public string Queue => queue;

    public string Token => token;

    /// <summary>Where its worker will come for the next job.</summary>
    public QueueFetcher? Fetcher { get; set; }

    public bool IsHeld => Volatile.Read(ref _state) == (int)State.Held;

    public bool IsRemoved => Volatile.Read(ref _state) == (int)State.Removed;

    public bool IsRequeued => Volatile.Read(ref _state) == (int)State.Requeued;

    public bool IsLost => Volatile.Read(ref _state) == (int)State.Lost;

    /// <summary>Claimed so short ago that its lease cannot have run out.</summary>
    public bool IsFresh => TimeProvider.System.GetElapsedTime(claimed) is var age && age < storage.Shared!.Behind.LongestFresh && age < storage.Options.SlidingInvisibilityTimeout / 4;

    /// <summary>Whether the lock on the job waits for its worker.</summary>
    public bool IsPrepared => Volatile.Read(ref _prepared) is not null;

    /// <summary>Keeps the lock on the job for its worker.</summary>
    public void Prepare(SharedLock taken)
    {
        _waitedForTaker = false;
        if (_changed)
        {
            _changed = false;
            taken.Forget();
        }

        Volatile.Write(ref _prepared, taken);
    }

    /// <summary>The job was changed without its lock: that stays, but its worker will read the job anew, also where it comes back with what it read before.</summary>
    public void ForgetPrepared()
    {
        if (Volatile.Read(ref _prepared) is { } prepared)
        {
            prepared.Forget();
        }
        else
        {
            _changed = true;
        }
    }

    /// <summary>Gives up the lock where no worker has the job any more.</summary>
    public void FreeUnlessHeld()
    {
        if (!IsHeld)
        {
            FreePrepared();
        }
    }

    /// <summary>The lock taken ahead, once; its taker gives it back.</summary>
    public SharedLock? TakePrepared() => Interlocked.Exchange(ref _prepared, null);

    /// <summary>Looks whether the queue row still bears our token, and marks the job as lost where it does not.</summary>
    public bool VerifyOwned()
    {
        var owned = storage.Database.Read(connection => connection.Query(
            $"select Id from {storage.Database.Tables.JobQueue} where Id = {rowId} and FetchToken = {token}", row => row.GetInt64(0))).Count > 0;
        if (!owned)
        {
            MarkLost();
        }

        return owned;
    }

    public void RemoveFromQueue()
    {
        if (IsHeld)
        {
            storage.Shared?.Behind.EnsureSettled(Id);
            var rows = storage.Database.Write(connection => connection.Execute(
                $"delete from {storage.Database.Tables.JobQueue} where Id = {rowId} and FetchToken = {token}"));
            WarnWhenLost(rows);
            MarkRemoved();
        }
    }

    public void Requeue()
    {
        if (!Move(State.Requeued))
        {
            return;
        }

        try
        {
            WarnWhenLost(ReturnRow());
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            Log.WarnException($"Job '{JobId}' could not be given back to queue '{queue}' now; that is tried again until the database answers.", error);
            storage.Leases.Owe(this);
        }
    }

    /// <summary>Makes the row free for anyone, where it is ours.</summary>
    public int ReturnRow()
    {
        var rows = storage.Database.Write(connection => connection.Execute(
            $"update {storage.Database.Tables.JobQueue} set FetchedAt = null, FetchToken = null where Id = {rowId} and FetchToken = {token}"));
        storage.Signals.Set(queue);
        return rows;
    }

    public void Dispose() => Requeue();

    public void MarkRemoved() => Move(State.Removed);

    /// <returns>Whether it was held until now.</returns>
    public bool MarkLost() => Move(State.Lost);

    private bool Move(State to)
    {
        if (Interlocked.CompareExchange(ref _state, (int)to, (int)State.Held) != (int)State.Held)
        {
            return false;
        }

        storage.Leases.Remove(this);
        FreePrepared();
        return true;
    }

    /// <summary>The lock at the second call for it: its worker takes it soon or, busy with the job, not for long.</summary>
    public SharedLock? TakeIdlePrepared()
    {
        var idle = _waitedForTaker && Volatile.Read(ref _prepared)?.Step is not { IsSettled: false };
        _waitedForTaker = true;
        return idle ? TakePrepared() : null;
    }

    private void FreePrepared()
    {
        if (TakePrepared() is { } taken)
        {
            storage.Shared!.Free(taken);
        }
    }

    private void WarnWhenLost(int rows)
    {
        if (rows == 0)
        {
            Log.Warn($"Job '{JobId}' no longer belonged to this worker: its lease had run out, and it is back in queue '{queue}' or done by another.");
        }
    }

    private enum State
    {
        Held,
        Removed,
        Requeued,
        Lost,
    }
}
