using Hangfire.Logging;
using Hangfire.MySql.Sql;
using Hangfire.Server;
using MySqlConnector;

namespace Hangfire.MySql.Maintenance;

/// <summary>Adds up what the workers have counted. They only append, so that none waits for another; several servers may add up side by side.</summary>
#pragma warning disable CS0618 // IServerComponent: Hangfire asks older storages for components, and tools still list them
internal sealed class CountersAggregator(MySqlStorage storage) : IBackgroundProcess, IServerComponent
#pragma warning restore CS0618
{
    private const int BatchSize = 1000;

    private static readonly ILog Log = LogProvider.For<CountersAggregator>();

    public void Execute(BackgroundProcessContext context) => Execute(context.StoppingToken);

    public void Execute(CancellationToken cancellationToken)
    {
        RunOnce(cancellationToken);
        cancellationToken.WaitHandle.WaitOne(storage.Options.CountersAggregateInterval);
    }

    public override string ToString() => nameof(CountersAggregator);

    public int RunOnce(CancellationToken cancellationToken)
    {
        var total = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var batch = storage.Database.Write(Aggregate);
            total += batch;
            if (batch < BatchSize)
            {
                break;
            }
        }

        if (total > 0)
        {
            Log.Trace($"Added up {total} counter row(s).");
        }

        return total;
    }

    private int Aggregate(MySqlConnection connection)
    {
        var tables = storage.Database.Tables;
        var sql = new SqlBatch().Add($"select Id, `Key`, `Value`, ExpireAt from {tables.Counter} order by Id limit {BatchSize} for update skip locked");
        var rows = connection.Read(sql.Begin(), reader =>
            reader.Rows(row => (Id: row.GetInt64(0), Key: row.GetString(1), Value: row.GetInt64(2), ExpireAt: row.Instant(3))));
        var write = new SqlBatch();
        foreach (var counter in rows.GroupBy(row => row.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            // greatest(x, null) is null, and would make a counter with an end eternal
            write.Add($"""
                insert into {tables.AggregatedCounter} (`Key`, `Value`, ExpireAt) values ({counter.Key}, {counter.Sum(row => row.Value)}, {counter.Max(row => row.ExpireAt)})
                on duplicate key update `Value` = `Value` + values(`Value`), ExpireAt = greatest(coalesce(ExpireAt, values(ExpireAt)), coalesce(values(ExpireAt), ExpireAt))
                """);
        }

        if (rows.Count > 0)
        {
            write.Add($"delete c from {new RowIds(rows.Select(row => row.Id))} v straight_join {tables.Counter} c force index (primary) on c.Id = v.Id");
        }

        connection.Execute(write.Add($"commit"));
        return rows.Count;
    }
}
