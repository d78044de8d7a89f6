using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Landing;

/// <summary>
/// Taking partitions over. A claim makes every older drain of the partition unable to record, so what stands on disk without a row
/// then is nobody's any more: it is removed in the same transaction, while nobody can record or claim.
/// </summary>
internal sealed class PartitionClaims(Warehouse warehouse, LandingFolder folder, LandingOwner owner)
{
    public Task<IReadOnlyList<PartitionClaim>> TakeAsync(LandingTopic topic, IReadOnlyCollection<int> partitions, Fence fence, CancellationToken cancellationToken) =>
        warehouse.TransactAsync<IReadOnlyList<PartitionClaim>>(async (connection, transaction) =>
        {
            await owner.RequireAsync(connection, transaction);
            // an older life's files can be recorded by nobody who has seen the new one; here that is made certain
            await connection.ExecuteAsync("update landing_partition set claim = claim + 1 where topic = @Name and incarnation <> @Incarnation and incarnation in (select incarnation from topic_incarnation where topic = @Name and ordinal < @Ordinal)", topic, transaction);
            var rows = new ValueRows();
            foreach (var partition in partitions.Order())
            {
                rows.Add(topic.Name, topic.Incarnation, partition, 0, 1);
            }

            await connection.ExecuteAsync($"insert into landing_partition (topic, incarnation, `partition`, next_offset, claim) values {rows} on duplicate key update claim = claim + 1", rows.Parameters, transaction);
            var claims = (await connection.QueryAsync<PartitionClaim>(
                "select `partition`, next_offset as NextOffset, claim as Number from landing_partition where topic = @Name and incarnation = @Incarnation", topic, transaction))
                .Where(claim => partitions.Contains(claim.Partition))
                .ToList();
            await fence.CheckAsync(connection, transaction);
            await RemoveStraysAsync(connection, transaction, topic, partitions, cancellationToken);
            return claims;
        }, cancellationToken);

    private async Task RemoveStraysAsync(MySqlConnection connection, MySqlTransaction transaction, LandingTopic topic, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken)
    {
        var found = folder.Files(topic.Name).Where(file => IsOurs(file.Name, topic, partitions)).ToList();
        if (found.Count == 0)
        {
            return;
        }

        var recorded = await RecordedAsync(connection, transaction, topic);
        foreach (var (relative, _) in found)
        {
            if (!recorded.Contains(relative))
            {
                cancellationToken.ThrowIfCancellationRequested();
                File.Delete(folder.FullPath(relative));
            }
        }
    }

    // of a file that retention has removed, its dead letters are left, and what a crash has left of it is not
    private static async Task<HashSet<string>> RecordedAsync(MySqlConnection connection, MySqlTransaction transaction, LandingTopic topic)
    {
        var recorded = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, dead, removed) in await connection.QueryAsync<(string, bool, bool)>("select path, dead_letters > 0, removed_at is not null from landing_file where topic = @Name", topic, transaction))
        {
            if (!removed)
            {
                recorded.Add(path);
            }

            if (dead)
            {
                recorded.Add(LandingFileName.DeadLettersOf(path));
            }
        }

        return recorded;
    }

    private static bool IsOurs(LandingFileName name, LandingTopic topic, IReadOnlyCollection<int> partitions) =>
        name.Ordinal < topic.Ordinal || (name.Ordinal == topic.Ordinal && partitions.Contains(name.Partition));
}
