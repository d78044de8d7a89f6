using System.Collections.Concurrent;
using Hangfire.Logging;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.JobQueue;

/// <summary>The queue rows that this process has fetched and works on; renewed together, in one packet.</summary>
internal sealed class Leases(MySqlStorage storage)
{
    /// <summary>Rows a statement renews: each is locked until it ends, and acknowledging workers wait for that.</summary>
    private const int BatchSize = 200;

    /// <summary>Renewed five times within its time-out, a lease outlives four failures.</summary>
    private const int RenewalsPerTimeout = 5;

    private static readonly ILog Log = LogProvider.For<Leases>();

    private readonly ConcurrentDictionary<long, MySqlFetchedJob> _held = new();
    private readonly ConcurrentQueue<Action> _owed = new();

    public TimeSpan RenewalInterval => storage.Options.SlidingInvisibilityTimeout / RenewalsPerTimeout;

    public bool Any => !_held.IsEmpty;

    /// <summary>Whether a worker of this process has fetched the job and not done with it.</summary>
    public bool Holds(long jobId) => _held.Values.Any(job => job.Id == jobId);

    public void Add(MySqlFetchedJob job)
    {
        if (_held.TryGetValue(job.RowId, out var earlier) && earlier != job)
        {
            // this process had lost the row and has fetched it again
            earlier.MarkLost();
        }

        _held[job.RowId] = job;
    }

    public void Remove(MySqlFetchedJob job) => _held.TryRemove(new KeyValuePair<long, MySqlFetchedJob>(job.RowId, job));

    /// <summary>
    /// Notes a row to be given back, because the database could not be told now. The row bears our token, perhaps, and this process lives: so
    /// nobody else would free it before its time-out.
    /// </summary>
    public void Owe(MySqlFetchedJob job) => _owed.Enqueue(() => job.ReturnRow());

    /// <summary>Notes a claim to be given back, of which nobody knows whether it was committed.</summary>
    public void Owe(string queue, string token) => _owed.Enqueue(() => Return([queue], token));

    public void PayOwed()
    {
        while (_owed.TryPeek(out var pay))
        {
            pay();
            _owed.TryDequeue(out _);
        }
    }

    /// <summary>Makes fetched rows free for anyone: those whose tokens are like the pattern, which is a whole token or the beginning of a process's.</summary>
    /// <returns>How many.</returns>
    public int Return(IReadOnlyCollection<string> queues, string pattern)
    {
        var table = storage.Database.Tables.JobQueue;
        var ids = storage.Database.Read(connection => connection.Query(
            $"select Id from {table} where Queue in ({queues}) and FetchedAt > '1970-01-01' and FetchToken like {pattern} order by Id", row => row.GetInt64(0)));
        if (ids.Count == 0)
        {
            return 0;
        }

        var returned = storage.Database.Write(connection => connection.Execute(
            $"update {new RowIds(ids)} v straight_join {table} q force index (primary) on q.Id = v.Id set q.FetchedAt = null, q.FetchToken = null where q.FetchToken like {pattern}"));
        foreach (var queue in queues)
        {
            storage.Signals.Set(queue);
        }

        return returned;
    }

    public void Renew()
    {
        var queue = storage.Database.Tables.JobQueue;
        foreach (var jobs in _held.Values.OrderBy(job => job.RowId).Chunk(BatchSize))
        {
            var ids = jobs.Select(job => job.RowId).ToArray();
            var tokens = jobs.Select(job => job.Token).Distinct(StringComparer.Ordinal).ToArray();
            var owned = storage.Database.Write(connection => connection.Read(
                new SqlBatch()
                    .Add($"update {new RowIds(ids)} v straight_join {queue} q force index (primary) on q.Id = v.Id set q.FetchedAt = utc_timestamp(6) where q.FetchToken in ({tokens})")
                    .Add($"select Id, FetchToken from {queue} where Id in ({ids}) and FetchToken in ({tokens})"),
                reader => reader.Rows(row => (row.GetInt64(0), row.GetString(1))).ToHashSet()));

            foreach (var job in jobs.Where(job => job.IsHeld && !owned.Contains((job.RowId, job.Token))))
            {
                // acknowledged between the two looks is no loss
                if (_held.TryGetValue(job.RowId, out var current) && current == job && job.MarkLost())
                {
                    Log.Warn($"Job '{job.JobId}' no longer belongs to this process: its lease had run out. What its worker still does will not be written.");
                }
            }
        }
    }
}
