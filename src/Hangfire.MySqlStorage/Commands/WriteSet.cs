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
    /// <summary>Servers take packets of 16 MB by default, old ones of 1 MB; a smaller one is parsed while the next travels.</summary>
    private const int PacketSize = 256 << 10;

    /// <summary>More than this is not written together with what others write.</summary>
    private const int SmallSize = 32 << 10;

    private const int MostRows = 1000;

    /// <summary>Jobs that one statement changes: it looks through them all for each of them.</summary>
    private const int MostJobs = 100;

    private readonly SortedDictionary<long, JobChange> _jobs = [];
    private readonly Dictionary<(string Key, bool Expires), (long By, TimeSpan? ExpireIn)> _counters = [];
    private readonly SortedDictionary<string, List<KeyCommand>> _hashes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<KeyCommand>> _lists = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<KeyCommand>> _sets = new(StringComparer.Ordinal);
    private readonly HashSet<MySqlFetchedJob> _fences = [];

    public List<QueuedJob> Enqueued { get; } = [];

    /// <summary>Those of them that are claimed as they are written, in the order of their rows.</summary>
    public IEnumerable<QueuedJob> HandedOver => Enqueued.Where(job => job.Token is not null);

    /// <summary>Jobs for queues that another provider keeps.</summary>
    public List<(IPersistentJobQueue Provider, string Queue, string JobId)> EnqueuedElsewhere { get; } = [];

    public HashSet<MySqlFetchedJob> Acknowledged { get; } = [];

    /// <summary>Fetched jobs without which nothing may be written.</summary>
    public IEnumerable<MySqlFetchedJob> Owned => Acknowledged.Concat(_fences);

    public bool IsEmpty =>
        _jobs.Count + _counters.Count + _hashes.Count + _lists.Count + _sets.Count + Enqueued.Count + EnqueuedElsewhere.Count + Acknowledged.Count == 0;

    /// <summary>Small enough to be written together with others.</summary>
    public bool IsSmall => EnqueuedElsewhere.Count == 0
        && _jobs.Count + _counters.Count + _hashes.Count + _lists.Count + _sets.Count + Enqueued.Count <= 20
        && _jobs.Values.Sum(job => job.Size) < SmallSize;

    public JobChange Job(long jobId) => _jobs.TryGetValue(jobId, out var change) ? change : _jobs[jobId] = new JobChange(jobId);

    public IEnumerable<long> JobIds => _jobs.Keys;

    /// <summary>The job's change where it is all that there is of the job; null where more may be in the database.</summary>
    public JobChange? CreatedJob(long jobId) =>
        _jobs.TryGetValue(jobId, out var change) && change is { Created: not null, MayBeWritten: false, ChangesState: true } ? change : null;

    public bool ChangesStateOf(long jobId) => _jobs.TryGetValue(jobId, out var change) && change.ChangesState;

    /// <summary>Whether it comes to one step of one job, which is its worker's.</summary>
    public bool IsOnly(long jobId, string state) =>
        _jobs.Count == 1 && _jobs.TryGetValue(jobId, out var change) && change.IsOnly(state) && Acknowledged.Count == 0 && _fences.All(fence => fence.Id == jobId)
        && _counters.Count + _hashes.Count + _lists.Count + _sets.Count + Enqueued.Count + EnqueuedElsewhere.Count == 0;

    public void Count(string key, long by, TimeSpan? expireIn)
    {
        var (sum, longest) = _counters.GetValueOrDefault((key, expireIn is not null));
        _counters[(key, expireIn is not null)] = (sum + by, longest > expireIn ? longest : expireIn);
    }

    public void Hash(string key, KeyCommand command) => Add(_hashes, key, command);

    public void List(string key, KeyCommand command) => Add(_lists, key, command);

    public void Set(string key, KeyCommand command) => Add(_sets, key, command);

    /// <summary>Lets nothing be written unless the fetched job is still its worker's.</summary>
    public void Fence(MySqlFetchedJob job) => _fences.Add(job);

    /// <summary>Does after this what another transaction does.</summary>
    public void Append(WriteSet next)
    {
        foreach (var change in next._jobs.Values)
        {
            Job(change.JobId).Append(change);
        }

        foreach (var ((key, _), (by, expireIn)) in next._counters)
        {
            Count(key, by, expireIn);
        }

        Append(_hashes, next._hashes);
        Append(_lists, next._lists);
        Append(_sets, next._sets);
        Enqueued.AddRange(next.Enqueued);
        EnqueuedElsewhere.AddRange(next.EnqueuedElsewhere);
        Acknowledged.UnionWith(next.Acknowledged);
        _fences.UnionWith(next._fences);
    }

    /// <summary>The packets of the transaction, from its start to its commit.</summary>
    public List<SqlBatch> Packets() => Packets(new SqlBatch(), _ => { });

    /// <summary>The same, after what is in the first packet already, with something more to be done last in the transaction.</summary>
    public List<SqlBatch> Packets(SqlBatch first, Action<SqlBatch> last)
    {
        var packets = new List<SqlBatch> { first };
        var (start, before) = (first.Length, first.Statements);
        new Ownership(tables).Write(packets[0], _fences, Acknowledged);
        var writer = new JobWriter(tables);
        foreach (var changes in Chunks())
        {
            writer.Write(Current(packets), changes);
        }

        foreach (var counters in _counters.OrderBy(counter => counter.Key.Key, StringComparer.Ordinal).Chunk(MostRows))
        {
            WriteCounters(Current(packets), counters.Select(counter => (counter.Key.Key, counter.Value.By, counter.Value.ExpireIn)));
        }

        foreach (var (key, commands) in _hashes.Concat(_lists).Concat(_sets))
        {
            commands.ForEach(command => command.Write(Current(packets), tables, key));
        }

        foreach (var rows in Enqueued.Where(job => job.Token is null).Chunk(MostRows))
        {
            WriteQueue(Current(packets), rows);
        }

        if (HandedOver.Any())
        {
            WriteClaimed(Current(packets));
        }

        last(packets[^1]);
        if (EnqueuedElsewhere.Count > 0)
        {
            first.Begin(start);
            packets.Add(new SqlBatch().Add($"commit"));
        }
        else if (packets.Count > 1)
        {
            first.Begin(start);
            packets[^1].Add($"commit");
        }
        else if (first.Statements - before > 1)
        {
            first.Enclose(start);
        }

        return packets;
    }

    /// <summary>Sends its packets one after the other.</summary>
    public int Send(MySqlConnection connection, List<SqlBatch> packets)
    {
        PacketLimit.Check(connection, packets, JobIds);
        return packets.Sum(packet =>
        {
            if (packet == packets[^1])
            {
                EnqueueElsewhere(connection);
            }

            return connection.Execute(packet);
        });
    }

    /// <summary>
    /// Hands jobs to the queues of other providers: within the transaction, for those that use its connection, and last before its commit, since
    /// a queue outside the database cannot take a job back.
    /// </summary>
    public void EnqueueElsewhere(MySqlConnection connection) =>
        EnqueuedElsewhere.ForEach(row => row.Provider.Enqueue(connection, row.Queue, row.JobId));

    /// <summary>Jobs that are written together: few, and not long.</summary>
    private IEnumerable<List<JobChange>> Chunks()
    {
        var (chunk, size) = (new List<JobChange>(), 0);
        foreach (var change in _jobs.Values)
        {
            if (chunk.Count == MostJobs || (chunk.Count > 0 && size + change.Size > PacketSize))
            {
                yield return chunk;
                (chunk, size) = ([], 0);
            }

            chunk.Add(change);
            size += change.Size;
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }

    private static void Append(SortedDictionary<string, List<KeyCommand>> keys, SortedDictionary<string, List<KeyCommand>> next)
    {
        foreach (var (key, commands) in next)
        {
            // as they are, because the other transaction may yet be written by itself
            _ = keys.TryAdd(key, []);
            keys[key].AddRange(commands);
        }
    }

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

    private void WriteCounters(SqlBatch sql, IEnumerable<(string Key, long By, TimeSpan? ExpireIn)> counters)
    {
        var rows = new RowList(sql.Piece($"insert into {tables.Counter} (`Key`, `Value`, ExpireAt) values "));
        foreach (var (key, by, expireIn) in counters)
        {
            _ = expireIn is { } span
                ? rows.Next().Piece($"({key}, {by}, utc_timestamp(6) + interval {span} microsecond)")
                : rows.Next().Piece($"({key}, {by}, null)");
        }

        sql.End();
    }

    private void WriteQueue(SqlBatch sql, IEnumerable<QueuedJob> enqueued)
    {
        var rows = new RowList(sql.Piece($"insert into {tables.JobQueue} (JobId, Queue) values "));
        foreach (var job in enqueued)
        {
            rows.Next().Piece($"({job.JobId}, {job.Queue})");
        }

        sql.End();
    }

    /// <summary>By one statement, the last to give ids: they follow each other.</summary>
    private void WriteClaimed(SqlBatch sql)
    {
        var rows = new RowList(sql.Piece($"insert into {tables.JobQueue} (JobId, Queue, FetchedAt, FetchToken) values "));
        foreach (var job in HandedOver)
        {
            rows.Next().Piece($"({job.JobId}, {job.Queue}, utc_timestamp(6), {job.Token})");
        }

        sql.End();
    }
}
