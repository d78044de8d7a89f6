using System.Diagnostics;
using Hangfire.Logging;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.JobQueue;

/// <summary>Claims jobs for this process.</summary>
internal sealed class JobClaimer(MySqlStorage storage, string[] queues)
{
    /// <summary>Rows whose lease has run out are looked for this often while there is always a new job to be had.</summary>
    private static readonly TimeSpan StaleCheckInterval = TimeSpan.FromSeconds(1);

    private static readonly ILog Log = LogProvider.For<JobClaimer>();

    private long _staleChecked;

    /// <summary>Whether the next job may be claimed unasked: there is one queue to take it from, and it is not time to look for those left behind.</summary>
    public bool CanClaimBlindly => queues.Length == 1 && Stopwatch.GetElapsedTime(Volatile.Read(ref _staleChecked)) < StaleCheckInterval;

    /// <summary>Claims up to so many jobs, from the queues in the order given.</summary>
    /// <param name="count">Counts the workers that wait, when it is known that there is something to claim.</param>
    /// <param name="likely">Whether there is likely something to claim; else it is asked first, which locks nothing.</param>
    public List<MySqlFetchedJob> Claim(Func<int> count, bool likely)
    {
        var claimed = new List<MySqlFetchedJob>();
        var sources = likely && CanClaimBlindly ? [new JobSource(queues[0], Fresh: true)] : Probe();
        var wanted = sources.Count > 0 ? count() : 0;
        foreach (var source in sources)
        {
            try
            {
                claimed.AddRange(Claim(source, wanted - claimed.Count));
            }
            catch (Exception error) when (claimed.Count > 0)
            {
                Log.WarnException($"Could not claim more jobs from queue '{source.Queue}' than the {claimed.Count} claimed before; that is tried again with the next.", error);
                break;
            }

            if (claimed.Count == wanted)
            {
                break;
            }
        }

        return claimed;
    }

    private List<MySqlFetchedJob> Claim(JobSource source, int wanted)
    {
        if (storage.Shared is { } shared)
        {
            return shared.Claim(source, wanted);
        }

        var claim = new QueueClaim(storage, source, wanted);
        var sql = claim.Write(new SqlBatch().Begin()).Add($"commit");
        try
        {
            var claimed = storage.Database.Write(connection => connection.Read(sql, reader => reader.Rows(row => claim.Fetched(row.GetInt64(0), row.GetInt64(1)))));
            claimed.ForEach(storage.Leases.Add);
            return claimed;
        }
        catch
        {
            // the commit may have been done all the same
            storage.Leases.Owe(source.Queue, claim.Token);
            throw;
        }
    }

    private List<JobSource> Probe()
    {
        Volatile.Write(ref _staleChecked, Stopwatch.GetTimestamp());
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
            var plan = new List<JobSource>();
            reader.Read();
            for (var i = 0; i < queues.Length; i++)
            {
                if (reader.GetBoolean((2 * i) + 1))
                {
                    plan.Add(new JobSource(queues[i], Fresh: false));
                }

                if (reader.GetBoolean(2 * i))
                {
                    plan.Add(new JobSource(queues[i], Fresh: true));
                }
            }

            return plan;
        }));
    }

    private TimeSpan Invisibility => storage.Options.SlidingInvisibilityTimeout;
}
