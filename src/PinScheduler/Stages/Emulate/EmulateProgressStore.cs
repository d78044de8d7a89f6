using Dapper;
using PinScheduler.Database;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Emulate;

/// <summary>Table emulate_progress: where the next attempt of an emulate that died goes on.</summary>
internal sealed class EmulateProgressStore(Warehouse warehouse)
{
    /// <summary>Nothing where there is none, or where it is another work's, or of a topic that was made anew since.</summary>
    public async Task<EmulateProgress> FindAsync(EmulateWork work, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<EmulateProgress>(new CommandDefinition(
            "select confirmed, draws from emulate_progress where run = @Run and seed = @Seed and posts = @Posts and incarnations = @Incarnations", work, cancellationToken: cancellationToken));
    }

    public Task SaveAsync(EmulateWork work, EmulateProgress progress, Fence fence, CancellationToken cancellationToken) => warehouse.TransactAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            "replace into emulate_progress (run, seed, posts, incarnations, confirmed, draws) values (@Run, @Seed, @Posts, @Incarnations, @Confirmed, @Draws)",
            new { work.Run, work.Seed, work.Posts, work.Incarnations, progress.Confirmed, progress.Draws }, transaction);
        await fence.CheckAsync(connection, transaction);
    }, cancellationToken);
}

/// <summary>What makes two attempts the same work: whoever does it sends the same posts to the same topics.</summary>
internal sealed record EmulateWork(long Run, long Seed, long Posts, string Incarnations)
{
    public static EmulateWork Of(long run, long seed, long posts, IEnumerable<TopicInfo> topics) => new(run, seed, posts, string.Join(' ', topics.Select(topic => topic.Incarnation)));
}
