using System.Diagnostics;
using Confluent.Kafka;
using PinScheduler.Kafka;

namespace PinScheduler.Inspection.Topics;

/// <summary>Reads a topic's last records without a trace: no group, no offsets committed, nothing but committed records.</summary>
internal sealed class LastRecords(KafkaClients clients, TopicCatalog catalog) : IDisposable
{
    public const int Most = 100;

    // offsets may be holes (transactions, compaction): so far back is looked for what is asked for
    private const long FarthestBack = 100_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // each reads up to as many records of every partition
    private readonly SemaphoreSlim _turns = new(2, 2);

    /// <returns>The newest of them by their time, newest first.</returns>
    /// <exception cref="NotInspectableException">The broker does not give them in time.</exception>
    public async Task<IReadOnlyList<RecordView>> ReadAsync(TopicInfo topic, int? partition, int count, CancellationToken cancellationToken)
    {
        var marks = await catalog.WatermarksAsync(topic, cancellationToken);
        await _turns.WaitAsync(cancellationToken);
        try
        {
            var tails = marks.Where(mark => (partition is null || mark.Partition == partition) && mark.High > mark.Low).Select(mark => new Tail(mark, count)).ToList();
            return await Task.Run(() => Read(topic.Name, tails, count, cancellationToken), cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private List<RecordView> Read(string topic, List<Tail> tails, int count, CancellationToken cancellationToken)
    {
        using var consumer = clients.CreateDrainConsumer<byte[]?, byte[]?>(static builder => builder);
        var newest = new PriorityQueue<ConsumeResult<byte[]?, byte[]?>, (long Time, long Offset, int Partition)>();
        var started = Stopwatch.GetTimestamp();
        for (var width = (long)count; tails.Count > 0 && width <= FarthestBack; width *= 10)
        {
            tails.ForEach(tail => tail.ReachBack(width));
            consumer.Assign(tails.Select(tail => new TopicPartitionOffset(topic, tail.Mark.Partition, tail.From)));
            var open = tails.ToDictionary(tail => tail.Mark.Partition);
            while (open.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Stopwatch.GetElapsedTime(started) > Patience)
                {
                    throw new NotInspectableException(StatusCodes.Status503ServiceUnavailable, $"Kafka did not give the last records of '{topic}' within {Patience.TotalSeconds:0} s: ask again, or for one partition.");
                }

                Take(consumer, open, newest, count);
            }

            tails.RemoveAll(tail => tail.IsSatisfied);
        }

        return [.. newest.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => RecordView.Of(item.Element))];
    }

    private static void Take(IConsumer<byte[]?, byte[]?> consumer, Dictionary<int, Tail> open, PriorityQueue<ConsumeResult<byte[]?, byte[]?>, (long, long, int)> newest, int count)
    {
        try
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result || !open.TryGetValue(result.Partition.Value, out var tail))
            {
                return;
            }

            if (!result.IsPartitionEOF && result.Offset.Value < tail.Until)
            {
                tail.Found++;
                newest.Enqueue(result, (result.Message.Timestamp.UnixTimestampMs, result.Offset.Value, result.Partition.Value));
                if (newest.Count > count)
                {
                    newest.Dequeue();
                }
            }

            if (result.Offset.Value + (result.IsPartitionEOF ? 0 : 1) >= tail.Until)
            {
                open.Remove(result.Partition.Value);
            }
        }
        catch (ConsumeException exception) when (exception.Error.Code == ErrorCode.Local_AutoOffsetReset)
        {
            // what was to be read has expired this moment
            open.Remove(exception.ConsumerRecord.Partition.Value);
        }
    }

    private sealed class Tail(Watermarks mark, int wanted)
    {
        public Watermarks Mark => mark;

        public long From { get; private set; } = mark.High;

        public long Until { get; private set; } = mark.High;

        public int Found { get; set; }

        public bool IsSatisfied => Found >= wanted || From <= mark.Low;

        public void ReachBack(long width) => (Until, From) = (From, Math.Max(mark.Low, mark.High - width));
    }
}
