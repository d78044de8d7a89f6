using Hangfire.Logging;
using Hangfire.MySql.Sql;
using Hangfire.Server;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql.Maintenance;

/// <summary>Removes what has expired, in small transactions that step around rows in use.</summary>
#pragma warning disable CS0618 // IServerComponent: Hangfire asks older storages for components, and tools still list them
internal sealed class ExpirationManager(MySqlStorage storage) : IBackgroundProcess, IServerComponent
#pragma warning restore CS0618
{
    /// <summary>Measured: a batch of this size stalls a worker's commit by less than 100 ms.</summary>
    private const int BatchSize = 1000;

    private const string LockResource = "locks:expirationmanager";

    private static readonly ILog Log = LogProvider.For<ExpirationManager>();

    public void Execute(BackgroundProcessContext context) => Execute(context.StoppingToken);

    public void Execute(CancellationToken cancellationToken)
    {
        RunOnce(cancellationToken);
        cancellationToken.WaitHandle.WaitOne(storage.Options.JobExpirationCheckInterval);
    }

    public override string ToString() => nameof(ExpirationManager);

    /// <returns>The rows removed: jobs, and items of sets, lists, hashes and counters.</returns>
    public int RunOnce(CancellationToken cancellationToken)
    {
        using var session = new Locking.LockSession(storage);
        try
        {
            using (session.Acquire(LockResource, TimeSpan.Zero))
            {
                var tables = storage.Database.Tables;
                var removed = 0;
                foreach (var table in new[] { tables.AggregatedCounter, tables.Job, tables.List, tables.Set, tables.Hash })
                {
                    removed += RemoveAll(session, table, cancellationToken);
                }

                return removed;
            }
        }
        catch (DistributedLockTimeoutException)
        {
            Log.Debug("Another server is removing expired rows.");
            return 0;
        }
    }

    private int RemoveAll(Locking.LockSession session, Table table, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = TimeProvider.System.GetTimestamp();
            var batch = session.Use(connection => Database.Write(connection, c => RemoveBatch(c, table)));
            removed += batch;
            if (batch < BatchSize)
            {
                break;
            }

            // the workers get at least as much of the server as we do
            cancellationToken.WaitHandle.WaitOne(TimeProvider.System.GetElapsedTime(started));
        }

        if (removed > 0)
        {
            Log.Debug($"Removed {removed} expired row(s) from {table.Quoted}.");
        }

        return removed;
    }

    private int RemoveBatch(MySqlConnection connection, Table table)
    {
        var tables = storage.Database.Tables;
        var sql = new SqlBatch().Add($"select Id from {table} where ExpireAt < utc_timestamp(6) order by ExpireAt limit {BatchSize} for update skip locked");
        var ids = connection.Read(sql.Begin(), reader => reader.Rows(row => row.GetInt64(0)));
        ids.Sort();
        var rows = new RowIds(ids);
        var delete = new SqlBatch();
        if (ids.Count > 0)
        {
            if (table == tables.Job)
            {
                delete.Add($"delete s from {rows} v straight_join {tables.State} s on s.JobId = v.Id")
                    .Add($"delete p from {rows} v straight_join {tables.JobParameter} p on p.JobId = v.Id");
            }

            delete.Add($"delete r from {rows} v straight_join {table} r force index (primary) on r.Id = v.Id");
        }

        connection.Execute(delete.Add($"commit"));
        return ids.Count;
    }
}
