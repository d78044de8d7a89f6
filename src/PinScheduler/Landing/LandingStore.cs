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

    /// <summary>Records files of one topic that are on disk under their names, all or none, in few packets however many they are.</summary>
    /// <exception cref="PartitionTakenException">A partition is another's, or the ledger does not stand at the file's first offset.</exception>
    /// <exception cref="FenceLostException">A newer attempt of the same task has taken over.</exception>
    public async Task RecordAsync(IReadOnlyCollection<(LandingFile File, PartitionClaim Claim)> files, long? run, Fence fence, CancellationToken cancellationToken)
    {
        var topic = files.First().File.Topic;
        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            await AdvanceAsync(connection, transaction, topic, [.. files.Select(one => new Advance(one.Claim, one.File.FirstOffset, one.File.LastOffset + 1))], fence);
            await InsertAsync(connection, transaction, topic, [.. files.Select(one => one.File).OrderBy(file => file.Partition)], run);
            steps.Reached(LandingStep.BeforeCommit);
            await fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        steps.Reached(LandingStep.AfterCommit);
    }

    /// <summary>Records that the offsets from the claim's next one up to <paramref name="low"/> are gone, and goes on behind them.</summary>
    public Task RecordGapAsync(LandingTopic topic, PartitionClaim claim, long low, long? run, Fence fence, CancellationToken cancellationToken) =>
        warehouse.TransactAsync(async (connection, transaction) =>
        {
            await AdvanceAsync(connection, transaction, topic, [new Advance(claim, claim.NextOffset, low)], fence);
            await connection.ExecuteAsync(
                "insert into landing_gap (topic, incarnation, `partition`, first_offset, last_offset, run, created_at) values (@Name, @Incarnation, @Partition, @NextOffset, @last, @run, utc_timestamp(6))",
                new { topic.Name, topic.Incarnation, claim.Partition, claim.NextOffset, last = low - 1, run },
                transaction);
            await fence.CheckAsync(connection, transaction);
        }, cancellationToken);

    private static async Task InsertAsync(MySqlConnection connection, MySqlTransaction transaction, LandingTopic topic, IReadOnlyList<LandingFile> files, long? run)
    {
        var now = await connection.ExecuteScalarAsync<DateTime>("select utc_timestamp(6)", transaction: transaction);
        var (rows, holes) = (new ValueRows(), new ValueRows());
        foreach (var file in files)
        {
            rows.Add(topic.DataSet, topic.Name, topic.Incarnation, file.Partition, file.FirstOffset, file.LastOffset, file.Consumed, file.Records, file.DeadLetters, file.Bytes, file.Checksum, file.DiskBytes, file.DeadBytes, file.Path, run, now);
            if (file.Holes is not null)
            {
                holes.Add(topic.Name, topic.Incarnation, file.Partition, file.FirstOffset, file.Holes);
            }
        }

        await connection.ExecuteAsync(
            $"insert into landing_file (data_set, topic, incarnation, `partition`, first_offset, last_offset, consumed, records, dead_letters, bytes, checksum, disk_bytes, dead_bytes, path, run, created_at) values {rows}",
            rows.Parameters,
            transaction);
        if (!holes.IsEmpty)
        {
            await connection.ExecuteAsync($"insert into landing_holes (topic, incarnation, `partition`, first_offset, holes) values {holes}", holes.Parameters, transaction);
        }
    }

    private static async Task AdvanceAsync(MySqlConnection connection, MySqlTransaction transaction, LandingTopic topic, IReadOnlyCollection<Advance> advances, Fence fence)
    {
        var standing = (await connection.QueryAsync<(int Partition, long Next, long Number)>(
            "select `partition`, next_offset, claim from landing_partition where topic = @Name and incarnation = @Incarnation and `partition` in @partitions order by `partition` for update",
            new { topic.Name, topic.Incarnation, partitions = advances.Select(advance => advance.Claim.Partition) },
            transaction)).ToDictionary(row => row.Partition);
        var rows = new ValueRows();
        foreach (var (claim, from, to) in advances.OrderBy(advance => advance.Claim.Partition))
        {
            var (_, next, number) = standing.GetValueOrDefault(claim.Partition);
            if (number != claim.Number || next != from)
            {
                // where a newer attempt of the same task is the one that took it, its fence is the truer reason
                await fence.CheckAsync(connection, transaction);
                throw new PartitionTakenException(
                    $"Partition {claim.Partition} of '{topic.Name}' was to be recorded from offset {from} under claim {claim.Number}, but the ledger stands at {next} under claim {number}: another drain has taken it. Nothing of this one was recorded.");
            }

            rows.Add(topic.Name, topic.Incarnation, claim.Partition, to, number);
        }

        // all of them are there and locked: nothing is inserted
        await connection.ExecuteAsync(
            $"insert into landing_partition (topic, incarnation, `partition`, next_offset, claim) values {rows} on duplicate key update next_offset = values(next_offset)",
            rows.Parameters,
            transaction);
    }

    private sealed record Advance(PartitionClaim Claim, long From, long To);
}
