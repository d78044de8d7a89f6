using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Stages.Drain;

/// <summary>Where the run's emulate saw the topic end: the drain of the same run must come that far.</summary>
internal sealed class EmulatedOffsets(Warehouse warehouse)
{
    public async Task<IReadOnlyList<EmulatedOffset>> OfAsync(long run, string topic, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<EmulatedOffset>(new CommandDefinition(
            """
            select emulated.incarnation as Incarnation, emulated.`partition`, emulated.end_offset as EndOffset, coalesce(landed.next_offset, 0) as NextOffset
            from emulated_offset emulated
            left join landing_partition landed on landed.topic = emulated.topic and landed.incarnation = emulated.incarnation and landed.`partition` = emulated.`partition`
            where emulated.run = @run and emulated.topic = @topic
            """,
            new { run, topic },
            cancellationToken: cancellationToken))).AsList();
    }
}

/// <summary>One past the last record that emulate can have sent, and how far that partition is drained, perhaps ahead of the run.</summary>
internal sealed record EmulatedOffset(string Incarnation, int Partition, long EndOffset, long NextOffset);
