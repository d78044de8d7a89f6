using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;

namespace PinScheduler.Stages.Analyze;

/// <summary>
/// Removes the rows of old results, never those of an analysis's newest succeeded run. What is known of a result besides (its size, its SQL's
/// hash) stays: checks compare with it.
/// </summary>
internal sealed class ResultRetention(Warehouse warehouse, IOptions<ResultRetentionOptions> options)
{
    /// <summary>Called by the task that has just made a newer result.</summary>
    /// <returns>How many results lost their rows.</returns>
    public Task<int> PruneAsync(SqlTaskFile file, Fence fence, CancellationToken cancellationToken) => PruneAsync(file.Kind, file.Name, fence, cancellationToken);

    public async Task<int> PruneAsync(SqlTaskKind kind, string name, Fence fence, CancellationToken cancellationToken)
    {
        var (runs, days) = (options.Value.ResultRetentionRuns, options.Value.ResultRetentionDays);
        if (runs is null && days is null)
        {
            return 0;
        }

        var tables = ResultTables.Of(kind);
        var old = await OldAsync(tables, name, runs ?? 1, days, cancellationToken);
        foreach (var run in old)
        {
            // one a transaction: a result may have many rows
            await warehouse.TransactAsync(async (connection, transaction) =>
            {
                await connection.ExecuteAsync(new CommandDefinition($"delete from {tables.Rows} where run = @run and {tables.NameColumn} = @name", new { run, name }, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
                await connection.ExecuteAsync($"update {tables.Head} set pruned_at = utc_timestamp(6) where run = @run and {tables.NameColumn} = @name", new { run, name }, transaction);
                await fence.CheckAsync(connection, transaction);
            }, cancellationToken);
        }

        return old.Count;
    }

    // a failed run's result goes with the succeeded ones around it: until then the run may be retried
    private async Task<List<long>> OldAsync(ResultTables tables, string name, int runs, int? days, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<long>(new CommandDefinition(
            $"""
            with versions as (
                select a.run, r.ended_at, coalesce(sum(r.state = 'succeeded') over (order by r.ended_at desc, r.id desc rows between unbounded preceding and 1 preceding), 0) as succeeded_since
                from {tables.Head} a
                join run r on r.id = a.run
                where a.{tables.NameColumn} = @name and a.pruned_at is null and r.ended_at is not null
            )
            select run from versions
            where succeeded_since >= @runs and (@days is null or ended_at < utc_timestamp(6) - interval @days day)
            order by run
            """,
            new { name, runs, days },
            cancellationToken: cancellationToken))).AsList();
    }
}
