namespace PinScheduler.Stages.Drain.Sharing;

/// <summary>From the next offset to drain to where the partition ended, which is not in it.</summary>
internal sealed record OffsetRange(long From, long To);

/// <summary>What a drain has before it, by partition, in one life of its topic.</summary>
internal sealed record OffsetRanges(string Incarnation, IReadOnlyDictionary<int, OffsetRange> Partitions)
{
    /// <summary>Offsets, which with holes are more than records.</summary>
    public long Total => Partitions.Values.Sum(range => range.To - range.From);
}
