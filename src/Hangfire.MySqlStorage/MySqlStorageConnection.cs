using System.Globalization;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Sharing;
using Hangfire.MySql.Sql;
using Hangfire.Server;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>
/// Reads and writes of one user of the storage. Holds a database connection only while it holds a lock that is not a job's. A worker's connection, from
/// FetchNextJob until the job is acknowledged, writes only while the job is still the worker's.
/// </summary>
/// <param name="storage">The storage.</param>
/// <param name="storageOptions">The storage's own options, or null.</param>
/// <exception cref="ArgumentException">The options name another prefix of tables than the storage's.</exception>
public partial class MySqlStorageConnection(MySqlStorage storage, MySqlStorageOptions? storageOptions = null) : JobStorageConnection
{
    private static readonly ILog Log = LogProvider.For<MySqlStorageConnection>();

    private readonly LockSession _locks = new(Checked(storage, storageOptions));
    private readonly SharedLocks? _shared = storage.Shared is { } shared ? new SharedLocks(storage, shared) : null;
    private CreatedJob? _created;
    private MySqlFetchedJob? _fetched;

    private CreatedJob Created => _created ??= new CreatedJob(storage, Write);

    private Tables Tables => storage.Database.Tables;

    /// <inheritdoc />
    public override void Dispose()
    {
        try
        {
            _created?.Write();
        }
        finally
        {
            _created?.Forget();
            _shared?.Dispose();
            _locks.Dispose();
            base.Dispose();
            GC.SuppressFinalize(this);
        }
    }

    /// <inheritdoc />
    public override IWriteOnlyTransaction CreateWriteTransaction() => new MySqlStorageTransaction(storage, this);

    /// <inheritdoc />
    public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        if (timeout < TimeSpan.Zero)
        {
            throw new ArgumentException($"The time-out for the lock on '{resource}' is {timeout}; give zero or more.", nameof(timeout));
        }

        _created?.Write();
        // all locks of a connection are in one session, which the first of them chooses
        var shared = !_locks.IsHolding && (_shared is { IsHolding: true } || SharedLock.GuardsJob(resource)) ? _shared : null;
        if (shared?.Acquire(resource, timeout) is { } held)
        {
            return held;
        }

        storage.Shared?.FreePutBy(resource);
        return _locks.Acquire(resource, timeout);
    }

    /// <inheritdoc />
    public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queues);
        if (queues.Length == 0)
        {
            throw new ArgumentException("There is no queue to fetch from; name at least one.", nameof(queues));
        }

        cancellationToken.ThrowIfCancellationRequested();
        _created?.Write();
        var fetched = storage.Providers.IsDefaultOnly
            ? storage.Fetcher(queues).Fetch(cancellationToken)
            : storage.Providers.ForAll(queues).GetJobQueue().Dequeue(queues, cancellationToken);
        _fetched = fetched as MySqlFetchedJob;
        return fetched;
    }

    /// <inheritdoc />
    public override string CreateExpiredJob(Job job, IDictionary<string, string> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(parameters);
        _created?.Write();
        var created = new JobChange(NewJobId());
        created.Create(NewJob.Of(job, createdAt), parameters, expireIn);
        Created.Keep(created);
        if (_shared is null)
        {
            // within the user's own transaction, which may end before this connection does
            _created?.Write();
        }

        return created.JobId.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc />
    public override void SetJobParameter(string id, string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        var writes = new WriteSet(Tables);
        writes.Job(MySqlStorageTransaction.JobId(id, nameof(id))).SetParameter(name, value);
        Commit(writes);
    }

    /// <inheritdoc />
    public override string? GetJobParameter(string id, string name)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(name);
        return TryKnownJob(id, out var jobId)
            ? Run(connection => connection.Query($"select `Value` from {Tables.JobParameter} where JobId = {jobId} and Name = {name}", row => row.Text(0))).FirstOrDefault()
            : null;
    }

    /// <inheritdoc />
    public override JobData? GetJobData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        // to a worker that has lost its job, the job is gone: Hangfire then lets it drop the job instead of trying to finish it ten times
        if (!TryKnownJob(jobId, out var id) || (_fetched is { IsLost: true } lost && lost.JobId == jobId))
        {
            return null;
        }

        // one that was not there when its lock was taken may have been written for this very question
        if ((TryTakeJob(id, out var job) && job is not null) || _shared?.TryForesee(id, out job) == true)
        {
            return job;
        }

        if (_fetched?.Id == id)
        {
            // what its worker has decided itself it must not miss: Hangfire would take the job for another's
            storage.Shared?.Behind.EnsureSettled(id);
        }
        else
        {
            storage.Shared?.Behind.Settle(id);
        }

        return Run(connection => connection.Read(StoredJob.SelectAll(new SqlBatch(), Tables, [id]), StoredJob.ReadAll)).GetValueOrDefault(id);
    }

    /// <inheritdoc />
    public override StateData? GetStateData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (!TryKnownJob(jobId, out var id))
        {
            return null;
        }

        if (_shared?.ForeseenState(id) is { } foreseen)
        {
            return foreseen;
        }

        storage.Shared?.Behind.Settle(id);
        return Run(connection => connection.Read(StoredJob.SelectStates(new SqlBatch(), Tables, [id]), StoredJob.ReadStates)).GetValueOrDefault(id);
    }

    /// <inheritdoc />
    public override void AnnounceServer(string serverId, ServerContext context)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        ArgumentNullException.ThrowIfNull(context);
        if (storage.Database.PoolWarning(context.WorkerCount) is { } warning)
        {
            Log.Warn(warning);
        }

        var data = SerializationHelper.Serialize(new ServerData(context.WorkerCount, context.Queues, TimeProvider.System.GetUtcNow().UtcDateTime));
        Write(connection => connection.Execute($"""
            insert into {Tables.Server} (Id, Data, LastHeartbeat) values ({serverId}, {data}, utc_timestamp(6))
            on duplicate key update Data = values(Data), LastHeartbeat = values(LastHeartbeat)
            """));
    }

    /// <inheritdoc />
    public override void RemoveServer(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        Write(connection => connection.Execute($"delete from {Tables.Server} where Id = {serverId}"));
    }

    /// <inheritdoc />
    public override void Heartbeat(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        if (Write(connection => connection.Execute($"update {Tables.Server} set LastHeartbeat = utc_timestamp(6) where Id = {serverId}")) == 0)
        {
            throw new BackgroundServerGoneException();
        }
    }

    /// <inheritdoc />
    public override int RemoveTimedOutServers(TimeSpan timeOut)
    {
        if (timeOut < TimeSpan.Zero)
        {
            throw new ArgumentException($"The time-out of servers is {timeOut}; give zero or more.", nameof(timeOut));
        }

        // read first and deleted by key: a delete by time locks the index before the row, a heartbeat the row before the index
        var silent = Run(connection => connection.Query(
            $"select Id from {Tables.Server} where LastHeartbeat < utc_timestamp(6) - interval {timeOut} microsecond", row => row.GetString(0)));
        return silent.Sum(id => Write(connection => connection.Execute(
            $"delete from {Tables.Server} where Id = {id} and LastHeartbeat < utc_timestamp(6) - interval {timeOut} microsecond")));
    }

    /// <inheritdoc />
    public override DateTime GetUtcDateTime() => Run(connection => connection.Query($"select utc_timestamp(6)", row => row.Utc(0)))[0];

    /// <summary>Writes all or nothing; nothing too when a job that was fetched through this connection is no longer its worker's.</summary>
    internal void Commit(WriteSet writes)
    {
        if (writes.IsEmpty)
        {
            return;
        }

        writes.Acknowledged.RemoveWhere(job => job.IsRemoved);
        if (_fetched is { IsRemoved: false, IsRequeued: false } fetched && !writes.Acknowledged.Contains(fetched))
        {
            writes.Fence(fetched);
        }

        if (writes.Owned.FirstOrDefault(job => !job.IsHeld) is { } gone)
        {
            throw JobLeaseLostException.Of(gone.JobId);
        }

        foreach (var jobId in writes.JobIds)
        {
            storage.Unwritten.Write(jobId, _created);
        }

        foreach (var jobId in writes.JobIds.Where(writes.ChangesStateOf).Union(writes.Acknowledged.Select(job => job.Id)).Where(jobId => _shared?.Holds(jobId) == false))
        {
            storage.Shared!.Behind.EnsureSettled(jobId);
        }

        try
        {
            Created.WriteWith(writes);
        }
        catch (MySqlException error) when (ServerErrors.IsOutOfRange(error) && writes.Owned.FirstOrDefault(job => !job.VerifyOwned()) is { } lost)
        {
            throw JobLeaseLostException.Of(lost.JobId, error);
        }

        // those that were handed over a worker has, as they are by this commit
        var handedOver = writes.HandedOver.Select(job => job.JobId).ToHashSet();
        foreach (var jobId in writes.JobIds.Where(jobId => _shared?.Keeps(jobId) != true && !handedOver.Contains(jobId)))
        {
            storage.Shared?.Forget(jobId);
        }

        _shared?.PutBy();
        foreach (var job in writes.Acknowledged)
        {
            job.MarkRemoved();
        }

        foreach (var queue in writes.Enqueued.Where(job => job.Token is null).Select(job => job.Queue).Distinct(StringComparer.Ordinal))
        {
            storage.Signals.Set(queue);
        }
    }

    /// <summary>Runs what may run twice: in the session of the locks while there are any.</summary>
    internal T Run<T>(Func<MySqlConnection, T> query)
    {
        _created?.Write();
        _shared?.Retake();
        return _locks.IsHolding ? _locks.Use(query) : storage.Database.Read(query);
    }

    /// <summary>An id for a job that is written later.</summary>
    internal long NewJobId() => storage.JobIds.Next(Write);

    private void Write(WriteSet writes)
    {
        if (_shared is { IsHolding: true })
        {
            _shared.Commit(writes, _fetched);
            return;
        }

        if (_locks.IsHolding)
        {
            _locks.Commit(writes);
            return;
        }

        if (_shared is not null && writes.IsSmall)
        {
            storage.Shared!.Commit(writes);
            return;
        }

        var packets = writes.Packets();
        storage.Database.Write(connection => writes.Send(connection, packets));
    }

    /// <summary>The job as it was read together with its lock.</summary>
    private bool TryTakeJob(long id, out JobData? job) => _locks.TryTakeJob(id, out job) || (_shared is not null && _shared.TryTakeJob(id, out job));

    private T Write<T>(Func<MySqlConnection, T> write) => _locks.IsHolding
        ? _locks.Use(connection => Database.Write(connection, write))
        : storage.Database.Write(write);

    private static MySqlStorage Checked(MySqlStorage storage, MySqlStorageOptions? storageOptions)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return storageOptions is null || storageOptions.TablesPrefix == storage.Options.TablesPrefix
            ? storage
            : throw new ArgumentException(
                $"The options name the tables' prefix '{storageOptions.TablesPrefix}', the storage has '{storage.Options.TablesPrefix}'; pass the storage's options.", nameof(storageOptions));
    }

    private bool TryKnownJob(string id, out long jobId)
    {
        var known = TryJobId(id, out jobId);
        storage.Unwritten.Write(jobId, _created);
        return known;
    }

    private static bool TryJobId(string id, out long jobId) => long.TryParse(id, NumberStyles.Integer, CultureInfo.InvariantCulture, out jobId);
}
