using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Landing;

/// <summary>What of the ledger belongs to which run.</summary>
internal sealed class LandingRuns(Warehouse warehouse)
{
    /// <summary>Makes the run's own what the server has drained ahead of it: files and gaps that no run has yet.</summary>
    /// <returns>How many files that were.</returns>
    public Task<int> TakeOverAsync(string topic, long run, Fence fence, CancellationToken cancellationToken) =>
        warehouse.TransactAsync(async (connection, transaction) =>
        {
            var files = await connection.ExecuteAsync("update landing_file set run = @run where run is null and topic = @topic", new { topic, run }, transaction);
            await connection.ExecuteAsync("update landing_gap set run = @run where run is null and topic = @topic", new { topic, run }, transaction);
            await fence.CheckAsync(connection, transaction);
            return files;
        }, cancellationToken);

    /// <summary>The topic's present life, where it is not the first and this run is the first to drain it; else null.</summary>
    public async Task<int?> NewLifeAsync(string topic, long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            """
            select life.ordinal
            from topic_incarnation life
            where life.topic = @topic and life.ordinal > 1
                and life.ordinal = (select max(ordinal) from topic_incarnation where topic = @topic)
                and not exists (select 1 from landing_file file where file.topic = life.topic and file.incarnation = life.incarnation and (file.run is null or file.run <> @run))
            """,
            new { topic, run },
            cancellationToken: cancellationToken));
    }

    public async Task<LandingTotals> TotalsAsync(string topic, long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.QuerySingleAsync<LandingTotals>(new CommandDefinition(
            """
            select cast(coalesce(sum(consumed), 0) as signed) as Consumed, cast(coalesce(sum(records), 0) as signed) as Records,
                cast(coalesce(sum(dead_letters), 0) as signed) as DeadLetters, count(*) as Files, cast(coalesce(sum(bytes), 0) as signed) as Bytes
            from landing_file where run = @run and topic = @topic
            """,
            new { topic, run },
            cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<LandingGap>> GapsAsync(string topic, long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<LandingGap>(new CommandDefinition(
            "select `partition`, first_offset as FirstOffset, last_offset as LastOffset from landing_gap where run = @run and topic = @topic order by `partition`, first_offset",
            new { topic, run },
            cancellationToken: cancellationToken))).AsList();
    }
}
