using Dapper;
using PinScheduler.Database;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Emulate;

/// <summary>Table emulated_offset: where the topics ended behind a run's last record; the run's drains must come that far.</summary>
internal sealed class EmulatedOffsetStore(Warehouse warehouse)
{
    public Task KeepAsync(long run, IReadOnlyList<(TopicInfo Topic, IReadOnlyList<Watermarks> Ends)> topics, Fence fence, CancellationToken cancellationToken) => warehouse.TransactAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync("delete from emulated_offset where run = @run", new { run }, transaction);
        // it has ended: who asks for it again wants all of it again
        await connection.ExecuteAsync("delete from emulate_progress where run = @run", new { run }, transaction);
        await connection.ExecuteAsync(
            "insert into emulated_offset (run, topic, incarnation, `partition`, end_offset) values (@run, @Name, @Incarnation, @Partition, @High)",
            topics.SelectMany(topic => topic.Ends.Select(end => new { run, topic.Topic.Name, topic.Topic.Incarnation, end.Partition, end.High })), transaction);
        await fence.CheckAsync(connection, transaction);
    }, cancellationToken);
}
