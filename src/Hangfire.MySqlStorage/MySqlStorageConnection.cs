using System.Globalization;
using Hangfire.Common;
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
public class MySqlStorageConnection(MySqlStorage storage, MySqlStorageOptions? storageOptions = null) : JobStorageConnection
{
    private readonly LockSession _locks = new(Checked(storage, storageOptions));
    private readonly SharedLocks? _shared = storage.Shared is { } shared ? new SharedLocks(storage, shared) : null;
    private readonly Lock _creating = new();
    private JobChange? _created;
    private MySqlFetchedJob? _fetched;

    private Tables Tables => storage.Database.Tables;

    /// <inheritdoc />
    public override void Dispose()
    {
        try
        {
            WriteCreated();
        }
        finally
        {
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

        WriteCreated();
        // all locks of a connection are in one session, which the first of them chooses
        var prepared = Prepared(resource);
        var shared = !_locks.IsHolding && (_shared is { IsHolding: true } || SharedLock.GuardsJob(resource)) ? _shared : null;
        return shared?.Acquire(resource, timeout, prepared) ?? _locks.Acquire(resource, timeout);
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
        WriteCreated();
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
        WriteCreated();
        var created = new JobChange(NewJobId());
        created.Create(NewJob.Of(job, createdAt), parameters, expireIn);
        lock (_creating)
        {
            _created = created;
        }

        storage.Unwritten.Add(created.JobId, this);
        if (_shared is null)
        {
            // within the user's own transaction, which may end before this connection does
            WriteCreated();
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

        return _shared is not null && _shared.TryTakeJob(id, out var job)
            ? job
            : Run(connection => connection.Read(StoredJob.SelectAll(new SqlBatch(), Tables, [id]), StoredJob.ReadAll)).GetValueOrDefault(id);
    }

    /// <inheritdoc />
    public override StateData? GetStateData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return TryKnownJob(jobId, out var id)
            ? Run(connection => connection.Query(
                $"select s.Name, s.Reason, s.Data from {Tables.Job} j inner join {Tables.State} s on s.Id = j.StateId where j.Id = {id}",
                row => new StateData { Name = row.GetString(0), Reason = row.Text(1), Data = StoredJob.Data(row.Text(2)) })).FirstOrDefault()
            : null;
    }

    /// <inheritdoc />
    public override void AnnounceServer(string serverId, ServerContext context)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        ArgumentNullException.ThrowIfNull(context);
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

    /// <inheritdoc />
    public override HashSet<string> GetAllItemsFromSet(string key) => Texts(key, connection =>
        connection.Query($"select `Value` from {Tables.Set} where `Key` = {key}", row => row.GetString(0))).ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc />
    public override string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore) =>
        GetFirstByLowestScoreFromSet(key, fromScore, toScore, 1).FirstOrDefault();

    /// <inheritdoc />
    public override List<string> GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore, int count)
    {
        // Hangfire asks with a null key to learn whether this method exists, and expects this exception before any other
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return toScore >= fromScore
            ? Texts(key, connection => connection.Query(
                $"select `Value` from {Tables.Set} where `Key` = {key} and Score between {fromScore} and {toScore} order by Score, Id limit {count}",
                row => row.GetString(0)))
            : throw new ArgumentException($"The scores run from {fromScore} to {toScore}; toScore must not be below fromScore.", nameof(toScore));
    }

    /// <inheritdoc />
    public override long GetSetCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.Set} where `Key` = {key}", row => row.GetInt64(0)));

    /// <inheritdoc />
    public override long GetSetCount(IEnumerable<string> keys, int limit)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var wanted = keys.Distinct(StringComparer.Ordinal).ToList();
        return wanted.Count == 0
            ? 0
            : Run(connection => connection.Query(
                $"select count(*) from (select 1 from {Tables.Set} where `Key` in ({wanted}) limit {limit}) as found", row => row.GetInt64(0)))[0];
    }

    /// <inheritdoc />
    public override bool GetSetContains(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Number(key, connection => connection.Query(
            $"select count(*) from {Tables.Set} where `Key` = {key} and `Value` = {value}", row => row.GetInt64(0))) > 0;
    }

    /// <inheritdoc />
    public override List<string> GetRangeFromSet(string key, int startingFrom, int endingAt) => Texts(key, connection => connection.Query(
        $"select `Value` from {Tables.Set} where `Key` = {key} order by Score, Id limit {Math.Max(startingFrom, 0)}, {Length(startingFrom, endingAt)}",
        row => row.GetString(0)));

    /// <inheritdoc />
    public override TimeSpan GetSetTtl(string key) => Ttl(Tables.Set, key);

    /// <inheritdoc />
    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        using var transaction = CreateWriteTransaction();
        transaction.SetRangeInHash(key, keyValuePairs);
        transaction.Commit();
    }

    /// <inheritdoc />
    public override Dictionary<string, string>? GetAllEntriesFromHash(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var fields = Run(connection => connection.Query(
            $"select Field, `Value` from {Tables.Hash} where `Key` = {key}", row => (Field: row.GetString(0), Value: row.Text(1))));
        return fields.Count == 0 ? null : fields.ToDictionary(field => field.Field, field => field.Value!, StringComparer.Ordinal);
    }

    /// <inheritdoc />
    public override string? GetValueFromHash(string key, string name)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(name);
        return Run(connection => connection.Query($"select `Value` from {Tables.Hash} where `Key` = {key} and Field = {name}", row => row.Text(0))).FirstOrDefault();
    }

    /// <inheritdoc />
    public override long GetHashCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.Hash} where `Key` = {key}", row => row.GetInt64(0)));

    /// <inheritdoc />
    public override TimeSpan GetHashTtl(string key) => Ttl(Tables.Hash, key);

    /// <inheritdoc />
    public override long GetListCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.List} where `Key` = {key}", row => row.GetInt64(0)));

    /// <inheritdoc />
    public override List<string> GetAllItemsFromList(string key) => Texts(key, connection =>
        connection.Query($"select `Value` from {Tables.List} where `Key` = {key} order by Id desc", row => row.Text(0)!));

    /// <inheritdoc />
    public override List<string> GetRangeFromList(string key, int startingFrom, int endingAt) => Texts(key, connection => connection.Query(
        $"select `Value` from {Tables.List} where `Key` = {key} order by Id desc limit {Math.Max(startingFrom, 0)}, {Length(startingFrom, endingAt)}",
        row => row.Text(0)!));

    /// <inheritdoc />
    public override TimeSpan GetListTtl(string key) => Ttl(Tables.List, key);

    /// <inheritdoc />
    public override long GetCounter(string key) => Number(key, connection => connection.Query(
        $"""
        select cast(coalesce(sum(`Value`), 0) as signed) from (
            select `Value` from {Tables.Counter} where `Key` = {key} union all select `Value` from {Tables.AggregatedCounter} where `Key` = {key}) as counted
        """,
        row => row.GetInt64(0)));

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
            storage.Unwritten.Write(jobId, this);
        }

        try
        {
            WriteWithCreated(writes);
        }
        catch (MySqlException error) when (ServerErrors.IsOutOfRange(error) && writes.Owned.FirstOrDefault(job => !job.VerifyOwned()) is { } lost)
        {
            throw JobLeaseLostException.Of(lost.JobId, error);
        }

        foreach (var job in writes.Acknowledged)
        {
            job.MarkRemoved();
        }

        foreach (var queue in writes.Enqueued.Select(row => row.Queue).Distinct(StringComparer.Ordinal))
        {
            storage.Signals.Set(queue);
        }
    }

    /// <summary>Runs what may run twice: in the session of the locks while there are any.</summary>
    internal T Run<T>(Func<MySqlConnection, T> query)
    {
        WriteCreated();
        return _locks.IsHolding ? _locks.Use(query) : storage.Database.Read(query);
    }

    /// <summary>An id for a job that is written later.</summary>
    internal long NewJobId() => storage.JobIds.Next(Write);

    /// <summary>Writes what this connection has created, by another's thread.</summary>
    internal void WriteCreatedForOthers() => WriteCreated(writes => storage.Database.Write(connection => writes.Packets().Sum(connection.Execute)));

    private void WriteCreated()
    {
        if (Volatile.Read(ref _created) is not null)
        {
            WriteCreated(Write);
        }
    }

    private void WriteCreated(Action<WriteSet> write)
    {
        lock (_creating)
        {
            if (_created is { } created)
            {
                var writes = new WriteSet(Tables);
                writes.Job(created.JobId).Append(created);
                created.MayBeWritten = true;
                write(writes);
                storage.Unwritten.Remove(created.JobId);
                _created = null;
            }
        }
    }

    /// <summary>A job that was created just now goes into the same transaction.</summary>
    private void WriteWithCreated(WriteSet writes)
    {
        JobChange? created;
        lock (_creating)
        {
            (created, _created) = (_created, null);
        }

        if (created is null)
        {
            Write(writes);
            return;
        }

        try
        {
            var all = new WriteSet(Tables);
            all.Job(created.JobId).Append(created);
            all.Append(writes);
            Write(all);
            storage.Unwritten.Remove(created.JobId);
        }
        catch
        {
            // Hangfire asks for the job next, to see how far this came
            lock (_creating)
            {
                created.MayBeWritten = true;
                _created = created;
            }

            throw;
        }
    }

    private void Write(WriteSet writes)
    {
        if (_shared is { IsHolding: true })
        {
            _shared.Commit(writes);
            return;
        }

        if (_shared is not null && !_locks.IsHolding && writes.IsSmall)
        {
            storage.Shared!.Commit(writes);
            return;
        }

        var packets = writes.Packets();
        Write(connection => packets.Sum(packet =>
        {
            if (packet == packets[^1])
            {
                writes.EnqueueElsewhere(connection);
            }

            return connection.Execute(packet);
        }));
    }

    /// <summary>The lock that was taken when the job was fetched; given up where it cannot be used.</summary>
    private SharedLock? Prepared(string resource)
    {
        if (_fetched is null || SharedLock.ResourceOf(_fetched.Id) != resource || _fetched.TakePrepared() is not { } prepared)
        {
            return null;
        }

        if (!_locks.IsHolding && prepared.Session is { IsAlive: true })
        {
            return prepared;
        }

        storage.Shared!.Free(prepared);
        return null;
    }

    private T Write<T>(Func<MySqlConnection, T> write) => _locks.IsHolding
        ? _locks.Use(connection => Database.Write(connection, write))
        : storage.Database.Write(write);

    private List<string> Texts(string key, Func<MySqlConnection, List<string>> query)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Run(query);
    }

    private long Number(string key, Func<MySqlConnection, List<long>> query)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Run(query)[0];
    }

    private TimeSpan Ttl(Table table, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Run(connection => connection.Query(
            $"select timestampdiff(microsecond, utc_timestamp(6), min(ExpireAt)) from {table} where `Key` = {key}",
            row => row.IsDBNull(0) ? TimeSpan.FromSeconds(-1) : TimeSpan.FromMicroseconds(row.GetInt64(0))))[0];
    }

    private static MySqlStorage Checked(MySqlStorage storage, MySqlStorageOptions? storageOptions)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return storageOptions is null || storageOptions.TablesPrefix == storage.Options.TablesPrefix
            ? storage
            : throw new ArgumentException(
                $"The options name the tables' prefix '{storageOptions.TablesPrefix}', the storage has '{storage.Options.TablesPrefix}'; pass the storage's options.", nameof(storageOptions));
    }

    private static long Length(int startingFrom, int endingAt) => Math.Max((long)endingAt - Math.Max(startingFrom, 0) + 1, 0);

    private bool TryKnownJob(string id, out long jobId)
    {
        var known = TryJobId(id, out jobId);
        storage.Unwritten.Write(jobId, this);
        return known;
    }

    private static bool TryJobId(string id, out long jobId) => long.TryParse(id, NumberStyles.Integer, CultureInfo.InvariantCulture, out jobId);
}
