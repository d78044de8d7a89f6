using Dapper;
using Microsoft.Extensions.Options;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.History;

/// <summary>
/// Removes the history of runs that ended long ago, never of one that has not ended. In small batches, so that nobody waits long for a lock; what a
/// death leaves is removed the next time. A run whose results are still kept loses its logs and attempts only.
/// </summary>
internal sealed class RunRetention(Warehouse warehouse, IEnumerable<RunReference> references, IOptions<RetentionOptions> options)
{
    private const int RunsAtOnce = 50;
    private const int RowsAtOnce = 5_000;

    /// <summary>A schedule looks so far back whether an instant has had its tick.</summary>
    private const int TickDays = 400;

    private const string Old = "ended_at < utc_timestamp(6) - interval @days day";

    // the bulk of it
    private static readonly string[] Details = ["task_log", "task_log_digest", "task_attempt", "task_progress", "event_outbox"];

    private static readonly string[] Heads = ["task_run", "run_warning", "run_limit", "run_act"];

    /// <param name="fence">Checked before each commit that removes runs.</param>
    /// <param name="report">Told how many runs have been looked at.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>How many runs went, and how many rows of others.</returns>
    public async Task<(long Runs, long Rows)> PruneAsync(Fence fence, Action<long> report, CancellationToken cancellationToken)
    {
        var days = options.Value.Runs;
        long runs = 0, rows = 0, seen = 0;
        for (var batch = await NextAsync(0, days, cancellationToken); batch.Count > 0; batch = await NextAsync(batch[^1], days, cancellationToken))
        {
            foreach (var table in Details)
            {
                // asked again each time: one of them may have been retried meanwhile
                rows += await DeleteAsync($"delete from {table} where run_id in (select id from run where id in @batch and {Old}) limit {RowsAtOnce}", new { batch, days }, cancellationToken);
            }

            runs += await RemoveAsync(batch, days, fence, cancellationToken);
            report(seen += batch.Count);
        }

        rows += await DeleteAsync($"delete from event_outbox where (sent_at is not null or given_up_at is not null) and created_at < utc_timestamp(6) - interval @days day limit {RowsAtOnce}", new { days }, cancellationToken);
        rows += await DeleteAsync($"delete from idempotency_key where created_at <= utc_timestamp(6) - interval 7 day limit {RowsAtOnce}", new { days }, cancellationToken);
        rows += await DeleteAsync($"delete from schedule_tick where created_at < utc_timestamp(6) - interval @days day limit {RowsAtOnce}", new { days = Math.Max(days, TickDays) }, cancellationToken);
        rows += await DeleteAsync($"delete from backfill where {Old} and not exists (select 1 from run where run.backfill = backfill.id) limit {RowsAtOnce}", new { days }, cancellationToken);
        return (runs, rows);
    }

    private async Task<List<long>> NextAsync(long after, int days, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<long>(new CommandDefinition(
            $"select id from run where id > @after and {Old} order by id limit @RunsAtOnce", new { after, days, RunsAtOnce }, cancellationToken: cancellationToken))).AsList();
    }

    private async Task<long> DeleteAsync(string sql, object values, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        long all = 0;
        int deleted;
        do
        {
            deleted = await connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: cancellationToken));
            all += deleted;
        }
        while (deleted == RowsAtOnce);
        return all;
    }

    private Task<int> RemoveAsync(List<long> batch, int days, Fence fence, CancellationToken cancellationToken) => warehouse.TransactAsync(async (connection, transaction) =>
    {
        var kept = string.Concat(references.Select(static one => $" and not exists (select 1 from {one.Table} x where x.{one.Column} = run.id and {one.Where})"));
        var gone = (await connection.QueryAsync<long>($"select id from run where id in @batch and {Old}{kept} for update", new { batch, days }, transaction)).AsList();
        if (gone.Count > 0)
        {
            await RemoveAsync(connection, transaction, gone);
        }

        await fence.CheckAsync(connection, transaction);
        return gone.Count;
    }, cancellationToken);

    private static async Task RemoveAsync(MySqlConnection connection, MySqlTransaction transaction, List<long> runs)
    {
        foreach (var table in Heads)
        {
            await connection.ExecuteAsync($"delete from {table} where run_id in @runs", new { runs }, transaction);
        }

        await connection.ExecuteAsync("delete from task_fence where name like @name", runs.Select(static run => new { name = $"run/{run}/%" }), transaction);
        await connection.ExecuteAsync("delete from run where id in @runs", new { runs }, transaction);
    }
}
