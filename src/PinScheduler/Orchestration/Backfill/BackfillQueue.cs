using System.Text.Json;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Backfill;

/// <summary>Gives out the next run of a pipeline's backfills; its caller holds the pipeline's lock, so each date is given out once.</summary>
internal static class BackfillQueue
{
    /// <returns>Null where every backfill has as many runs open as it may, or no date left; one whose runs have all ended ends then.</returns>
    public static async Task<RunRequest?> NextAsync(MySqlConnection connection, MySqlTransaction transaction, string pipeline)
    {
        var open = (await connection.QueryAsync<BackfillRow>($"select {BackfillRow.Columns} from backfill where pipeline = @pipeline and state = @Running order by id", new { pipeline, BackfillRow.Running }, transaction)).AsList();
        foreach (var backfill in open)
        {
            var active = await connection.ExecuteScalarAsync<int>("select count(*) from run where backfill = @Id and state in ('queued', 'running')", backfill, transaction);
            if (active >= backfill.Parallel)
            {
                continue;
            }

            if (await NextDateAsync(connection, transaction, backfill) is { } date)
            {
                await connection.ExecuteAsync("update backfill set next_date = @next where id = @Id", new { next = date.AddDays(1), backfill.Id }, transaction);
                return new RunRequest
                {
                    Pipeline = pipeline,
                    Trigger = TriggerKind.Backfill,
                    RequestedBy = backfill.RequestedBy,
                    LogicalDate = date,
                    Parameters = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(backfill.Parameters)!,
                    Backfill = backfill.Id,
                };
            }

            if (active == 0)
            {
                await EndAsync(connection, transaction, backfill);
            }
        }

        return null;
    }

    /// <summary>Ends a backfill whose next run cannot be made, because the pipeline has changed since it was asked for.</summary>
    public static Task RefuseAsync(Warehouse warehouse, long backfill, string reason, CancellationToken cancellationToken) =>
        warehouse.TransactAsync((connection, transaction) => connection.ExecuteAsync(
            "update backfill set state = @Failed, reason = left(@reason, 1000), ended_at = utc_timestamp(6) where id = @backfill and state = @Running",
            new { backfill, reason, BackfillRow.Failed, BackfillRow.Running }, transaction), cancellationToken);

    /// <summary>The dates that a backfill leaves out. A run of some of the tasks only does not do a date.</summary>
    public static async Task<HashSet<DateOnly>> DoneDatesAsync(MySqlConnection connection, MySqlTransaction? transaction, string pipeline, DateOnly from, DateOnly to) => (await connection.QueryAsync<DateOnly>(
        """
        select distinct r.logical_date from run r
        where r.pipeline = @pipeline and r.state in ('succeeded', 'running', 'queued') and r.logical_date between @from and @to
            and not exists (select 1 from task_run t where t.run_id = r.id and t.state = 'skipped' and t.reason = @NotAskedFor)
        """, new { pipeline, from, to, PreparedRun.NotAskedFor }, transaction)).ToHashSet();

    private static async Task<DateOnly?> NextDateAsync(MySqlConnection connection, MySqlTransaction transaction, BackfillRow backfill)
    {
        if (backfill.Forced)
        {
            return backfill.Next <= backfill.To ? backfill.Next : null;
        }

        var done = await DoneDatesAsync(connection, transaction, backfill.Pipeline, backfill.Next, backfill.To);
        for (var date = backfill.Next; date <= backfill.To; date = date.AddDays(1))
        {
            if (!done.Contains(date))
            {
                return date;
            }
        }

        return null;
    }

    private static Task<int> EndAsync(MySqlConnection connection, MySqlTransaction transaction, BackfillRow backfill) => connection.ExecuteAsync(
        """
        update backfill set next_date = last_date + interval 1 day, ended_at = utc_timestamp(6),
            state = if(exists (select 1 from run where backfill = @Id and state <> 'succeeded'), @Failed, @Succeeded)
        where id = @Id
        """, new { backfill.Id, BackfillRow.Failed, BackfillRow.Succeeded }, transaction);
}
