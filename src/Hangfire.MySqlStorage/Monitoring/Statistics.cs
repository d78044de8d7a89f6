using Hangfire.MySql.Sql;
using Hangfire.States;
using Hangfire.Storage.Monitoring;

namespace Hangfire.MySql.Monitoring;

/// <summary>The numbers that stand on every page of the dashboard, asked for together.</summary>
internal sealed class Statistics(MySqlStorage storage, JobPages jobs, QueuePages queues)
{
    public StatisticsDto Read()
    {
        var tables = storage.Database.Tables;
        var sql = new SqlBatch();
        foreach (var state in new[] { EnqueuedState.StateName, FailedState.StateName, ProcessingState.StateName, ScheduledState.StateName, AwaitingState.StateName })
        {
            jobs.Count(sql, state);
        }

        sql.Add($"select count(*) from {tables.Server}");
        foreach (var set in new[] { "recurring-jobs", "retries" })
        {
            sql.Add($"select count(*) from {tables.Set} where `Key` = {set}");
        }

        foreach (var counter in new[] { "stats:succeeded", "stats:deleted" })
        {
            sql.Add($"""
                select cast(coalesce(sum(`Value`), 0) as signed) from (
                    select `Value` from {tables.Counter} where `Key` = {counter} union all select `Value` from {tables.AggregatedCounter} where `Key` = {counter}) as counted
                """);
        }

        var statistics = storage.Database.Read(connection => connection.Read(sql, reader =>
        {
            long Next()
            {
                reader.Read();
                var number = reader.GetInt64(0);
                reader.NextResult();
                return number;
            }

            return new StatisticsDto
            {
                Enqueued = Next(),
                Failed = Next(),
                Processing = Next(),
                Scheduled = Next(),
                Awaiting = Next(),
                Servers = Next(),
                Recurring = Next(),
                Retries = Next(),
                Succeeded = Next(),
                Deleted = Next(),
            };
        }));
        statistics.Queues = queues.Names().Count;
        return statistics;
    }
}
