using System.Globalization;
using Hangfire.Common;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Sql;
using Hangfire.Server;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>
/// Reads and writes of one user of the storage. Holds a database connection only while it holds a lock. A worker's connection, from
/// FetchNextJob until the job is acknowledged, writes only while the job is still the worker's.
/// </summary>
internal sealed class MySqlStorageConnection(MySqlStorage storage) : JobStorageConnection
{
    private readonly LockSession _locks = new(storage);
    private MySqlFetchedJob? _fetched;

    private Tables Tables => storage.Database.Tables;

    public override void Dispose()
    {
        _locks.Dispose();
        base.Dispose();
    }

    public override IWriteOnlyTransaction CreateWriteTransaction() => new MySqlStorageTransaction(storage, this);

    public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        return timeout >= TimeSpan.Zero
            ? _locks.Acquire(resource, timeout)
            : throw new ArgumentException($"The time-out for the lock on '{resource}' is {timeout}; give zero or more.", nameof(timeout));
    }

    public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queues);
        if (queues.Length == 0)
        {
            throw new ArgumentException("There is no queue to fetch from; name at least one.", nameof(queues));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return _fetched = storage.Fetcher(queues).Fetch(cancellationToken);
    }

    public override string CreateExpiredJob(Job job, IDictionary<string, string> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(parameters);
        var created = NewJob.Of(job, createdAt);
        var sql = new SqlBatch().Add($"""
            insert into {Tables.Job} (InvocationData, Arguments, CreatedAt, ExpireAt)
            values ({created.InvocationData}, {created.Arguments}, {created.CreatedAt}, utc_timestamp(6) + interval {expireIn} microsecond)
            """);
        if (parameters.Count > 0)
        {
            var separator = false;
            sql.Piece($"insert into {Tables.JobParameter} (JobId, Name, `Value`) values ");
            foreach (var (name, value) in parameters)
            {
                _ = separator ? sql.Piece($", ") : sql;
                separator = true;
                // this table has no AUTO_INCREMENT, so the job's id remains the last
                sql.Piece($"(last_insert_id(), {name}, {value})");
            }

            sql.End().Begin().Add($"commit");
        }

        sql.Add($"select last_insert_id()");
        var id = Write(connection => connection.Read(sql, reader =>
        {
            while (reader.FieldCount == 0 && reader.NextResult())
            {
            }

            reader.Read();
            return Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture);
        }));
        return id.ToString(CultureInfo.InvariantCulture);
    }

    public override void SetJobParameter(string id, string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        var writes = new WriteSet(Tables);
        writes.Job(MySqlStorageTransaction.JobId(id, nameof(id))).SetParameter(name, value);
        Commit(writes);
    }

    public override string? GetJobParameter(string id, string name)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(name);
        return TryJobId(id, out var jobId)
            ? Run(connection => connection.Query($"select `Value` from {Tables.JobParameter} where JobId = {jobId} and Name = {name}", row => row.Text(0))).FirstOrDefault()
            : null;
    }

    public override JobData? GetJobData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        // to a worker that has lost its job, the job is gone: Hangfire then lets it drop the job instead of trying to finish it ten times
        if (!TryJobId(jobId, out var id) || (_fetched is { IsLost: true } lost && lost.JobId == jobId))
        {
            return null;
        }

        return Run(connection => connection.Read(
            new SqlBatch()
                .Add($"select InvocationData, Arguments, StateName, CreatedAt from {Tables.Job} where Id = {id}")
                .Add($"select Name, `Value` from {Tables.JobParameter} where JobId = {id}"),
            reader =>
            {
                if (!reader.Read())
                {
                    return null;
                }

                var stored = StoredJob.Load(reader.GetString(0), reader.GetString(1));
                var data = new JobData
                {
                    InvocationData = stored.InvocationData,
                    Job = stored.Job,
                    LoadException = stored.LoadException,
                    State = reader.Text(2),
                    CreatedAt = reader.GetDateTime(3),
                };
                reader.NextResult();
                data.ParametersSnapshot = reader.Rows(row => (Name: row.GetString(0), Value: row.Text(1))).ToDictionary(pair => pair.Name, pair => pair.Value!, StringComparer.Ordinal);
                return data;
            }));
    }

    public override StateData? GetStateData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return TryJobId(jobId, out var id)
            ? Run(connection => connection.Query(
                $"select s.Name, s.Reason, s.Data from {Tables.Job} j inner join {Tables.State} s on s.Id = j.StateId where j.Id = {id}",
                row => new StateData { Name = row.GetString(0), Reason = row.Text(1), Data = StoredJob.Data(row.Text(2)) })).FirstOrDefault()
            : null;
    }

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

    public override void RemoveServer(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        Write(connection => connection.Execute($"delete from {Tables.Server} where Id = {serverId}"));
    }

    public override void Heartbeat(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        if (Write(connection => connection.Execute($"update {Tables.Server} set LastHeartbeat = utc_timestamp(6) where Id = {serverId}")) == 0)
        {
            throw new BackgroundServerGoneException();
        }
    }

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

    public override DateTime GetUtcDateTime() => Run(connection => connection.Query($"select utc_timestamp(6)", row => row.GetDateTime(0)))[0];

    public override HashSet<string> GetAllItemsFromSet(string key) => Texts(key, connection =>
        connection.Query($"select `Value` from {Tables.Set} where `Key` = {key}", row => row.GetString(0))).ToHashSet(StringComparer.Ordinal);

    public override string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore) =>
        GetFirstByLowestScoreFromSet(key, fromScore, toScore, 1).FirstOrDefault();

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

    public override long GetSetCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.Set} where `Key` = {key}", row => row.GetInt64(0)));

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

    public override bool GetSetContains(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Number(key, connection => connection.Query(
            $"select count(*) from {Tables.Set} where `Key` = {key} and `Value` = {value}", row => row.GetInt64(0))) > 0;
    }

    public override List<string> GetRangeFromSet(string key, int startingFrom, int endingAt) => Texts(key, connection => connection.Query(
        $"select `Value` from {Tables.Set} where `Key` = {key} order by Score, Id limit {Math.Max(startingFrom, 0)}, {Length(startingFrom, endingAt)}",
        row => row.GetString(0)));

    public override TimeSpan GetSetTtl(string key) => Ttl(Tables.Set, key);

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs)
    {
        using var transaction = CreateWriteTransaction();
        transaction.SetRangeInHash(key, keyValuePairs);
        transaction.Commit();
    }

    public override Dictionary<string, string>? GetAllEntriesFromHash(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var fields = Run(connection => connection.Query(
            $"select Field, `Value` from {Tables.Hash} where `Key` = {key}", row => (Field: row.GetString(0), Value: row.Text(1))));
        return fields.Count == 0 ? null : fields.ToDictionary(field => field.Field, field => field.Value!, StringComparer.Ordinal);
    }

    public override string? GetValueFromHash(string key, string name)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(name);
        return Run(connection => connection.Query($"select `Value` from {Tables.Hash} where `Key` = {key} and Field = {name}", row => row.Text(0))).FirstOrDefault();
    }

    public override long GetHashCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.Hash} where `Key` = {key}", row => row.GetInt64(0)));

    public override TimeSpan GetHashTtl(string key) => Ttl(Tables.Hash, key);

    public override long GetListCount(string key) => Number(key, connection =>
        connection.Query($"select count(*) from {Tables.List} where `Key` = {key}", row => row.GetInt64(0)));

    public override List<string> GetAllItemsFromList(string key) => Texts(key, connection =>
        connection.Query($"select `Value` from {Tables.List} where `Key` = {key} order by Id desc", row => row.Text(0)!));

    public override List<string> GetRangeFromList(string key, int startingFrom, int endingAt) => Texts(key, connection => connection.Query(
        $"select `Value` from {Tables.List} where `Key` = {key} order by Id desc limit {Math.Max(startingFrom, 0)}, {Length(startingFrom, endingAt)}",
        row => row.Text(0)!));

    public override TimeSpan GetListTtl(string key) => Ttl(Tables.List, key);

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
        var fence = _fetched is { IsRemoved: false, IsRequeued: false } fetched && !writes.Acknowledged.Contains(fetched) ? fetched : null;
        var owned = fence is null ? writes.Acknowledged.ToList() : [.. writes.Acknowledged, fence];
        if (owned.Find(job => !job.IsHeld) is { } gone)
        {
            throw JobLeaseLostException.Of(gone.JobId);
        }

        var packets = writes.Packets(fence);
        try
        {
            Write(connection => packets.Sum(packet => connection.Execute(packet)));
        }
        catch (MySqlException error) when (ServerErrors.IsOutOfRange(error) && owned.Find(job => !job.VerifyOwned()) is not null)
        {
            throw JobLeaseLostException.Of(owned.Find(job => job.IsLost)!.JobId, error);
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
    internal T Run<T>(Func<MySqlConnection, T> query) => _locks.IsHolding ? _locks.Use(query) : storage.Database.Read(query);

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

    private static long Length(int startingFrom, int endingAt) => Math.Max((long)endingAt - Math.Max(startingFrom, 0) + 1, 0);

    private static bool TryJobId(string id, out long jobId) => long.TryParse(id, NumberStyles.Integer, CultureInfo.InvariantCulture, out jobId);
}
