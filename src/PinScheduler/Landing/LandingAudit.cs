using System.IO.Hashing;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Landing;

/// <summary>
/// Holds the ledger against the disk. Cheaply, by existence and size, for files that are still to be cleaned; wholly, by their content,
/// for those that somebody has found damaged.
/// </summary>
internal sealed class LandingAudit(Warehouse warehouse, LandingFolder folder)
{
    /// <summary>Files of a topic that are not on disk as they were recorded, and how; of its present life only those of the given partitions.</summary>
    public async Task<List<(RecordedFile File, string How)>> DamagedAsync(LandingTopic topic, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken)
    {
        var damaged = new List<(RecordedFile, string)>();
        foreach (var file in await NeededAsync(topic, cancellationToken))
        {
            if (file.Incarnation == topic.Incarnation && !partitions.Contains(file.Partition))
            {
                continue;
            }

            if (await FaultAsync(file, cancellationToken) is { } how)
            {
                damaged.Add((file, how));
            }
            else if (file.Damaged)
            {
                await ClearAsync(file.Id, cancellationToken);
            }
        }

        return damaged;
    }

    /// <summary>Notes that a file is not as recorded, for the next drain to see to.</summary>
    public async Task MarkAsync(long file, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("update landing_file set damaged_at = utc_timestamp(6) where id = @file and damaged_at is null", new { file }, cancellationToken: cancellationToken));
    }

    /// <summary>Reads the whole file.</summary>
    /// <param name="path">Within the landing folder.</param>
    /// <param name="checksum">Of its content, as recorded.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<bool> IsAsLandedAsync(string path, string checksum, CancellationToken cancellationToken) =>
        File.Exists(folder.FullPath(path)) && await ChecksumAsync(path, cancellationToken) == checksum;

    /// <summary>Puts a file with the same content in the damaged one's place, while nobody can claim its partition or remove it.</summary>
    /// <exception cref="PartitionTakenException">The partition is another's.</exception>
    public Task RestoreAsync(LandingTopic topic, RecordedFile file, long diskBytes, PartitionClaim claim, Fence fence, Action replace, CancellationToken cancellationToken) =>
        warehouse.TransactAsync(async (connection, transaction) =>
        {
            await HoldAsync(connection, transaction, topic, claim, fence);
            var wanted = await connection.ExecuteAsync("update landing_file set damaged_at = null, disk_bytes = @diskBytes where id = @Id and removed_at is null", new { diskBytes, file.Id }, transaction) == 1;
            await fence.CheckAsync(connection, transaction);
            if (wanted)
            {
                // last: it cannot be undone; should the commit fail, the next drain finds the file to be right
                replace();
            }
        }, cancellationToken);

    private static async Task HoldAsync(MySqlConnection connection, MySqlTransaction transaction, LandingTopic topic, PartitionClaim claim, Fence fence)
    {
        var number = await connection.ExecuteScalarAsync<long?>(
            "select claim from landing_partition where topic = @Name and incarnation = @Incarnation and `partition` = @Partition for update",
            new { topic.Name, topic.Incarnation, claim.Partition }, transaction);
        if (number != claim.Number)
        {
            await fence.CheckAsync(connection, transaction);
            throw new PartitionTakenException($"Partition {claim.Partition} of '{topic.Name}' was claimed under {claim.Number}, and {number} has it now: another drain has taken it. No file of it was replaced.");
        }
    }

    private async Task<List<RecordedFile>> NeededAsync(LandingTopic topic, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<RecordedFile>(new CommandDefinition(
            """
            select id as Id, incarnation as Incarnation, `partition` as `Partition`, first_offset as FirstOffset, last_offset as LastOffset, consumed as Consumed, records as Records,
                dead_letters as DeadLetters, bytes as Bytes, checksum as Checksum, coalesce(disk_bytes, bytes) as DiskBytes, dead_bytes as DeadBytes, path as Path, damaged_at is not null as Damaged
            from landing_file
            where data_set = @DataSet and topic = @Name and (cleaned_with is null or damaged_at is not null) and removed_at is null
            order by id
            """,
            topic,
            cancellationToken: cancellationToken))).AsList();
    }

    private async Task<string?> FaultAsync(RecordedFile file, CancellationToken cancellationToken)
    {
        var data = new FileInfo(folder.FullPath(file.Path));
        if (!data.Exists)
        {
            return "is missing";
        }

        if (data.Length != file.DiskBytes)
        {
            return $"has {data.Length} bytes, not {file.DiskBytes}";
        }

        var dead = new FileInfo(folder.FullPath(LandingFileName.DeadLettersOf(file.Path)));
        if (file.DeadLetters > 0 && (!dead.Exists || dead.Length != (file.DeadBytes ?? dead.Length)))
        {
            return $"has lost its dead letters ('{dead.Name}')";
        }

        return file.Damaged && await ChecksumAsync(file.Path, cancellationToken) != file.Checksum ? "is not as it was landed" : null;
    }

    private async Task<string?> ChecksumAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = folder.OpenRead(path);
            var hash = new XxHash128();
            await hash.AppendAsync(content, cancellationToken);
            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
        catch (InvalidDataException)
        {
            // packed, and not even that any more
            return null;
        }
    }

    private async Task ClearAsync(long file, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("update landing_file set damaged_at = null where id = @file", new { file }, cancellationToken: cancellationToken));
    }
}
