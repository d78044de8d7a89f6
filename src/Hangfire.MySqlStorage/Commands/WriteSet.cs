using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Commands;

/// <summary>
/// What a transaction will write. It is written sorted by kind and key, the same in every transaction, so that two of them wait for each other
/// in one direction only; within a key the order given is kept.
/// </summary>
internal sealed class WriteSet(Tables tables)
{
    /// <summary>Both servers take packets of 16 MB by default; a smaller one is parsed while the next travels.</summary>
    private const int PacketSize = 1 << 20;

    private const int MostRows = 1000;

    private readonly SortedDictionary<long, JobChange> _jobs = [];
    private readonly List<(string Key, long By, TimeSpan? ExpireIn)> _counters = [];
    private readonly SortedDictionary<string, List<KeyCommand>> _hashes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<KeyCommand>> _lists = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<KeyCommand>> _sets = new(StringComparer.Ordinal);

    public List<(string Queue, long JobId)> Enqueued { get; } = [];

    /// <summary>Jobs for queues that another provider keeps.</summary>
    public List<(IPersistentJobQueue Provider, string Queue, string JobId)> EnqueuedElsewhere { get; } = [];

    public HashSet<MySqlFetchedJob> Acknowledged { get; } = [];

    public bool IsEmpty =>
        _jobs.Count + _counters.Count + _hashes.Count + _lists.Count + _sets.Count + Enqueued.Count + EnqueuedElsewhere.Count + Acknowledged.Count == 0;

    public JobChange Job(long jobId) => _jobs.TryGetValue(jobId, out var change) ? change : _jobs[jobId] = new JobChange(jobId);

    public void Count(string key, long by, TimeSpan? expireIn) => _counters.Add((key, by, expireIn));

    public void Hash(string key, KeyCommand command) => Add(_hashes, key, command);

    public void List(string key, KeyCommand command) => Add(_lists, key, command);

    public void Set(string key, KeyCommand command) => Add(_sets, key, command);

    /// <summary>The packets of the transaction, from its start to its commit.</summary>
    /// <param name="fence">A fetched job without which nothing may be written, beyond those that are acknowledged.</param>
    public List<SqlBatch> Packets(MySqlFetchedJob? fence)
    {
        var packets = new List<SqlBatch> { new() };
        Fence(packets[0], fence);
        foreach (var job in _jobs.Values)
        {
            job.Write(Current(packets), tables);
        }

        foreach (var counters in _counters.Chunk(MostRows))
        {
            WriteCounters(Current(packets), counters);
        }

        foreach (var (key, commands) in _hashes.Concat(_lists).Concat(_sets))
        {
            commands.ForEach(command => command.Write(Current(packets), tables, key));
        }

        foreach (var rows in Enqueued.Chunk(MostRows))
        {
            WriteQueue(Current(packets), rows);
        }

        if (EnqueuedElsewhere.Count > 0)
        {
            packets[0].Begin();
            packets.Add(new SqlBatch().Add($"commit"));
        }
        else if (packets.Sum(packet => packet.Statements) > 1)
        {
            packets[0].Begin();
            packets[^1].Add($"commit");
        }

        return packets;
    }

    /// <summary>
    /// Hands jobs to the queues of other providers: within the transaction, for those that use its connection, and last before its commit, since
    /// a queue outside the database cannot take a job back.
    /// </summary>
    public void EnqueueElsewhere(MySqlConnection connection) =>
        EnqueuedElsewhere.ForEach(row => row.Provider.Enqueue(connection, row.Queue, row.JobId));

    private static void Add(SortedDictionary<string, List<KeyCommand>> keys, string key, KeyCommand command)
    {
        if (!keys.TryGetValue(key, out var commands))
        {
            keys.Add(key, commands = []);
        }

        if (commands.Count == 0 || !commands[^1].Absorb(command))
        {
            commands.Add(command);
        }
    }

    private static SqlBatch Current(List<SqlBatch> packets)
    {
        if (packets[^1].Size > PacketSize)
        {
            packets.Add(new SqlBatch());
        }

        return packets[^1];
    }

    /// <summary>
    /// The greatest number plus one is an error, and an error stops the packet before its commit: so a worker whose queue row bears another
    /// token by now writes nothing at all, and it takes no round trip to know. Hangfire itself compares only the names of states.
    /// </summary>
    private void Fence(SqlBatch sql, MySqlFetchedJob? fence)
    {
        if (fence is not null)
        {
            sql.Add($"""
                select 18446744073709551615 + (count(*) <> 1) from {tables.JobQueue} where Id = {fence.RowId} and FetchToken = {fence.Token} for update
                """);
        }

        foreach (var job in Acknowledged.OrderBy(job => job.RowId))
        {
            sql.Add($"delete from {tables.JobQueue} where Id = {job.RowId} and FetchToken = {job.Token}")
                .Add($"select 18446744073709551615 + (row_count() <> 1)");
        }
    }

    private void WriteCounters(SqlBatch sql, (string Key, long By, TimeSpan? ExpireIn)[] counters)
    {
        var separator = false;
        sql.Piece($"insert into {tables.Counter} (`Key`, `Value`, ExpireAt) values ");
        foreach (var (key, by, expireIn) in counters)
        {
            _ = separator ? sql.Piece($", ") : sql;
            separator = true;
            _ = expireIn is { } span
                ? sql.Piece($"({key}, {by}, utc_timestamp(6) + interval {span} microsecond)")
                : sql.Piece($"({key}, {by}, null)");
        }

        sql.End();
    }

    private void WriteQueue(SqlBatch sql, (string Queue, long JobId)[] rows)
    {
        var separator = false;
        sql.Piece($"insert into {tables.JobQueue} (JobId, Queue) values ");
        foreach (var (queue, jobId) in rows)
        {
            _ = separator ? sql.Piece($", ") : sql;
            separator = true;
            sql.Piece($"({jobId}, {queue})");
        }

        sql.End();
    }
}
