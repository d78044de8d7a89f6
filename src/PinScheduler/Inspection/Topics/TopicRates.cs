using System.Collections.Concurrent;
using PinScheduler.Kafka;

namespace PinScheduler.Inspection.Topics;

/// <summary>How fast topics grow: what a question finds is compared with what the one before it found.</summary>
internal sealed class TopicRates(TimeProvider time)
{
    // a shorter interval says nothing; a longer one is an average of long ago, and is told as what it is
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(string Topic, string Incarnation), Pair> _seen = new();

    /// <summary>Seconds between the two looks, and each partition's high offset at the first; null where there was none.</summary>
    public (double Seconds, IReadOnlyDictionary<int, long> Highs)? Look(TopicInfo topic, IReadOnlyList<Watermarks> marks)
    {
        var now = new Sight(time.GetTimestamp(), marks.ToDictionary(mark => mark.Partition, mark => mark.High));
        var pair = _seen.AddOrUpdate(
            (topic.Name, topic.Incarnation),
            _ => new Pair(null, now),
            (_, old) => time.GetElapsedTime(old.Newest.At, now.At) >= Least ? new Pair(old.Newest, now) : old);
        return pair.Before is { } before ? (time.GetElapsedTime(before.At, now.At).TotalSeconds, before.Highs) : null;
    }

    private sealed record Sight(long At, IReadOnlyDictionary<int, long> Highs);

    private sealed record Pair(Sight? Before, Sight Newest);
}
