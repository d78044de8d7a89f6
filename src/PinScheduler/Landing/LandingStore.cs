using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Landing;

/// <summary>The ledger of landing files. What a drain writes into it, it writes under its fence and its partitions' claims.</summary>
internal sealed class LandingStore(Warehouse warehouse, LandingSteps steps)
{
    /// <summary>The ledger's word for a topic with this id; the first time, it becomes the topic's next life.</summary>
    public async Task<LandingTopic> TopicAsync(string dataSet, string name, string incarnation, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        while (true)
        {
            var ordinal = await connection.ExecuteScalarAsync<int?>("select ordinal from topic_incarnation where topic = @name and incarnation = @incarnation", new { name, incarnation });
            if (ordinal is { } known)
            {
                return new LandingTopic(dataSet, name, incarnation, known);
            }

            try
            {
                await connection.ExecuteAsync(
                    "insert into topic_incarnation (topic, incarnation, ordinal, first_seen) select @name, @incarnation, coalesce(max(ordinal), 0) + 1, utc_timestamp(6) from topic_incarnation where topic = @name",
                    new { name, incarnation });
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.DuplicateKeyEntry || Warehouse.IsLockConflict(exception))
            {
                // another server was quicker; its row is read in the next round
            }
        }
    }

    /// <summary>The next offset to drain by partition; a partition that was never drained is not in it.</summary>
    public async Task<IReadOnlyDictionary<int, long>> NextOffsetsAsync(string topic, string incarnation, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<(int Partition, long Next)>(
            new CommandDefinition("select `partition`, next_offset from landing_partition where topic = @topic and incarnation = @incarnation", new { topic, incarnation }, cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Partition, row => row.Next);
    }

    /// <summary>Records files that are on disk under their names, all or none.</summary>
    /// <exception cref="PartitionTakenException">A partition is another's, or the ledger does not stand at the file's first offset.</exception>
    /// <exception cref="FenceLostException">A newer attempt of the same task has taken over.</exception>
    public async Task RecordAsync(IReadOnlyCollection<(LandingFile File, PartitionClaim Claim)> files, long? run, Fence fence, CancellationToken cancellationToken)
    {
        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            foreach (var (file, claim) in files.OrderBy(one => one.File.Partition).ThenBy(one => one.File.FirstOffset))
            {
                await AdvanceAsync(connection, transaction, file.Topic, claim, file.FirstOffset, file.LastOffset + 1, fence);
                await connection.ExecuteAsync(
                    """
                    insert into landing_file (data_set, topic, incarnation, `partition`, first_offset, last_offset, consumed, records, dead_letters, bytes, checksum, disk_bytes, dead_bytes, path, run, created_at)
                    values (@DataSet, @Name, @Incarnation, @Partition, @FirstOffset, @LastOffset, @Consumed, @Records, @DeadLetters, @Bytes, @Checksum, @DiskBytes, @DeadBytes, @Path, @run, utc_timestamp(6))
                    """,
                    new { file.Topic.DataSet, file.Topic.Name, file.Topic.Incarnation, file.Partition, file.FirstOffset, file.LastOffset, file.Consumed, file.Records, file.DeadLetters, file.Bytes, file.Checksum, file.DiskBytes, file.DeadBytes, file.Path, run },
                    transaction);
            }

            steps.Reached(LandingStep.BeforeCommit);
            await fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        steps.Reached(LandingStep.AfterCommit);
    }

    /// <summary>Records that the offsets from the claim's next one up to <paramref name="low"/> are gone, and goes on behind them.</summary>
    public Task RecordGapAsync(LandingTopic topic, PartitionClaim claim, long low, long? run, Fence fence, CancellationToken cancellationToken) =>
        warehouse.TransactAsync(async (connection, transaction) =>
        {
            await AdvanceAsync(connection, transaction, topic, claim, claim.NextOffset, low, fence);
            await connection.ExecuteAsync(
                "insert into landing_gap (topic, incarnation, `partition`, first_offset, last_offset, run, created_at) values (@Name, @Incarnation, @Partition, @NextOffset, @last, @run, utc_timestamp(6))",
                new { topic.Name, topic.Incarnation, claim.Partition, claim.NextOffset, last = low - 1, run },
                transaction);
            await fence.CheckAsync(connection, transaction);
        }, cancellationToken);

    private static async Task AdvanceAsync(MySqlConnection connection, MySqlTransaction transaction, LandingTopic topic, PartitionClaim claim, long from, long to, Fence fence)
    {
        var key = new { topic.Name, topic.Incarnation, claim.Partition, to };
        var (next, number) = await connection.QuerySingleOrDefaultAsync<(long Next, long Number)>(
            "select next_offset, claim from landing_partition where topic = @Name and incarnation = @Incarnation and `partition` = @Partition for update", key, transaction);
        if (number != claim.Number || next != from)
        {
            // where a newer attempt of the same task is the one that took it, its fence is the truer reason
            await fence.CheckAsync(connection, transaction);
            throw new PartitionTakenException(
                $"Partition {claim.Partition} of '{topic.Name}' was to be recorded from offset {from} under claim {claim.Number}, but the ledger stands at {next} under claim {number}: another drain has taken it. Nothing of this one was recorded.");
        }

        await connection.ExecuteAsync("update landing_partition set next_offset = @to where topic = @Name and incarnation = @Incarnation and `partition` = @Partition", key, transaction);
    }
}
