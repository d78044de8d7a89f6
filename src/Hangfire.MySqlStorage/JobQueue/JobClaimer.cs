using System.Diagnostics;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// Claims queue rows for this process. SKIP LOCKED never waits for a row, and rows are taken in the order of the index that finds them, so no
/// more is locked than is claimed.
/// </summary>
internal sealed class JobClaimer(MySqlStorage storage, string[] queues)
{
    /// <summary>Rows whose lease has run out are looked for this often while there is always a new job to be had.</summary>
    private static readonly TimeSpan StaleCheckInterval = TimeSpan.FromSeconds(1);

    private long _staleChecked;

    /// <summary>Claims up to so many jobs, from the queues in the order given.</summary>
    /// <param name="wanted">The workers that wait.</param>
    /// <param name="likely">Whether there is likely something to claim; else it is asked first, which locks nothing.</param>
    public List<MySqlFetchedJob> Claim(int wanted, bool likely)
    {
        var plan = likely && queues.Length == 1 && Stopwatch.GetElapsedTime(_staleChecked) < StaleCheckInterval
            ? [new Source(queues[0], Fresh: true)]
            : Probe();
        var claimed = plan.Count == 0 ? [] : storage.Database.Write(connection => Claim(connection, plan, wanted));
        if (claimed.Count > 0)
        {
            storage.Shared?.Prepare(claimed);
        }

        return claimed;
    }

    private List<Source> Probe()
    {
        _staleChecked = Stopwatch.GetTimestamp();
        var table = storage.Database.Tables.JobQueue;
        var sql = new SqlBatch().Piece($"select ");
        for (var i = 0; i < queues.Length; i++)
        {
            sql.Piece($"exists (select 1 from {table} where Queue = {queues[i]} and FetchedAt is null), ")
                .Piece($"exists (select 1 from {table} where Queue = {queues[i]} and FetchedAt < utc_timestamp(6) - interval {Invisibility} microsecond and utc_timestamp(6) < {storage.StaleLeases.LookUntil}), ");
        }

        sql.Piece($"1").End();
        return storage.Database.Read(connection => connection.Read(sql, reader =>
        {
            var plan = new List<Source>();
            reader.Read();
            for (var i = 0; i < queues.Length; i++)
            {
                if (reader.GetBoolean((2 * i) + 1))
                {
                    plan.Add(new Source(queues[i], Fresh: false));
                }

                if (reader.GetBoolean(2 * i))
                {
                    plan.Add(new Source(queues[i], Fresh: true));
                }
            }

            return plan;
        }));
    }

    private TimeSpan Invisibility => storage.Options.SlidingInvisibilityTimeout;

    private List<MySqlFetchedJob> Claim(MySqlConnection connection, List<Source> plan, int wanted)
    {
        var table = storage.Database.Tables.JobQueue;
        var token = storage.ProcessLease.NextToken();
        var claimed = new List<MySqlFetchedJob>();
        var begin = true;
        foreach (var (queue, fresh) in plan)
        {
            var sql = new SqlBatch();
            var left = wanted - claimed.Count;
            if (fresh)
            {
                sql.Add($"select Id, JobId from {table} where Queue = {queue} and FetchedAt is null order by Id limit {left} for update skip locked");
            }
            else
            {
                sql.Add($"""
                    select Id, JobId from {table} where Queue = {queue} and FetchedAt < utc_timestamp(6) - interval {Invisibility} microsecond and utc_timestamp(6) < {storage.StaleLeases.LookUntil}
                    order by FetchedAt limit {left} for update skip locked
                    """);
            }

            claimed.AddRange(connection.Read(
                begin ? sql.Begin() : sql,
                reader => reader.Rows(row => new MySqlFetchedJob(storage, row.GetInt64(0), row.GetInt64(1), queue, token))));
            begin = false;
            if (claimed.Count == wanted)
            {
                break;
            }
        }

        if (claimed.Count == 0)
        {
            connection.Execute($"commit");
            return claimed;
        }

        try
        {
            connection.Execute(new SqlBatch()
                .Add($"""
                    update {new RowIds(claimed.Select(job => job.RowId))} v straight_join {table} q on q.Id = v.Id
                    set q.FetchedAt = utc_timestamp(6), q.FetchToken = {token}
                    """)
                .Add($"commit"));
        }
        catch (Exception error) when (ServerErrors.IsConnectionLost(connection, error))
        {
            // the commit may have been done all the same
            claimed.ForEach(storage.Leases.Owe);
            throw;
        }

        claimed.ForEach(storage.Leases.Add);
        return claimed;
    }

    private readonly record struct Source(string Queue, bool Fresh);
}
