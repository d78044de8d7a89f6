using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Kafka;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain.Sharing;

/// <summary>Table `drain_offer`: drains of which other servers may take partitions.</summary>
internal sealed class DrainOffers(Warehouse warehouse, LandingStore store, IOptions<DrainOptions> options, TimeProvider time)
{
    // so that nobody is at work long after the others have ended
    private const int PortionsOfEach = 3;

    private readonly string _self = Guid.NewGuid().ToString("N");

    /// <summary>What there is to drain, as an offer; null where it is too little to be worth it.</summary>
    public async Task<DrainOffer?> DescribeAsync(DrainRequest request, Fence fence, TopicInfo topic, IReadOnlyList<Watermarks> marks, int servers, CancellationToken cancellationToken)
    {
        var next = await store.NextOffsetsAsync(topic.Name, topic.Incarnation, cancellationToken);
        var ranges = new OffsetRanges(topic.Incarnation, marks.ToDictionary(mark => mark.Partition, mark => RangeOf(mark, next.GetValueOrDefault(mark.Partition))));
        return ranges.Total < options.Value.ShareFrom || ranges.Partitions.Values.Count(range => range.To > range.From) < 2
            ? null
            : new DrainOffer(fence, request.DataSet, request.Run!.Value, request.Date, ranges, Math.Max(1, marks.Count / (servers * PortionsOfEach)));
    }

    /// <summary>Makes it known; it stands as long as its lock is held, so it ends with its maker, however that ends.</summary>
    /// <returns>The lock; null where an attempt that is thought dead still holds it: what that one offers is this one's work as well.</returns>
    public async Task<NamedLock?> MakeAsync(DrainOffer offer, CancellationToken cancellationToken)
    {
        var name = $"{offer.Fence.Name}/share";
        var held = await NamedLock.TryTakeAsync(warehouse, name, TimeSpan.Zero, time, cancellationToken);
        if (held is not null)
        {
            try
            {
                await WriteAsync(offer, NamedLock.KeyOf(warehouse.DatabaseName, name), cancellationToken);
            }
            catch
            {
                await held.DisposeAsync();
                throw;
            }
        }

        return held;
    }

    /// <summary>Those of other servers that stand now.</summary>
    public async Task<IReadOnlyList<DrainOffer>> OpenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Fence, long Number, string DataSet, long Run, DateTime Date, string Incarnation, string Ranges, int Portion)>(new CommandDefinition(
            "select fence, number, data_set, run, logical_date, incarnation, ranges, most_partitions from drain_offer where offered_by <> @_self and is_used_lock(lock_key) is not null",
            new { _self }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new DrainOffer(
            new Fence(row.Fence, row.Number),
            DataSet.All.First(dataSet => dataSet.Key == row.DataSet),
            row.Run,
            DateOnly.FromDateTime(row.Date),
            new OffsetRanges(row.Incarnation, JsonSerializer.Deserialize<Dictionary<int, OffsetRange>>(row.Ranges, JsonSerializerOptions.Web)!),
            row.Portion))];
    }

    private async Task WriteAsync(DrainOffer offer, string lockKey, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from drain_offer where is_used_lock(lock_key) is null;
            replace into drain_offer (fence, number, data_set, run, logical_date, incarnation, ranges, most_partitions, lock_key, offered_by)
            values (@Name, @Number, @Key, @Run, @date, @Incarnation, @ranges, @Portion, @lockKey, @_self)
            """,
            new
            {
                offer.Fence.Name,
                offer.Fence.Number,
                offer.DataSet.Key,
                offer.Run,
                date = offer.Date.ToDateTime(TimeOnly.MinValue),
                offer.Ranges.Incarnation,
                ranges = JsonSerializer.Serialize(offer.Ranges.Partitions, JsonSerializerOptions.Web),
                offer.Portion,
                lockKey,
                _self,
            },
            cancellationToken: cancellationToken));
    }

    private static OffsetRange RangeOf(Watermarks mark, long next) => new(Math.Min(Math.Max(next, mark.Low), mark.High), mark.High);
}
