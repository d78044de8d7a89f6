namespace PinScheduler.Stages.Drain;

/// <summary>How far a drain is, over all its partitions.</summary>
internal sealed class DrainProgress(DrainRequest request)
{
    private readonly Dictionary<int, long> _left = request.Ranges?.Partitions.ToDictionary(range => range.Key, range => range.Value.To - range.Value.From) ?? [];
    private IReadOnlyList<PartitionDrain> _atWork = [];
    private long _total = request.Ranges?.Total ?? 0;

    /// <summary>Offsets of the partitions at work.</summary>
    public long Left => _atWork.Sum(partition => partition.End - partition.Position);

    /// <summary>Goes on with these partitions.</summary>
    public void Begin(IReadOnlyList<PartitionDrain> partitions)
    {
        _atWork = partitions;
        _total += partitions.Sum(partition => _left.TryAdd(partition.Partition, partition.End - partition.Position) ? partition.End - partition.Position : 0);
    }

    /// <summary>The partition is at its end.</summary>
    /// <returns>How many offsets this drain had still counted as before it.</returns>
    public long Complete(int partition)
    {
        var left = _left.GetValueOrDefault(partition);
        _left[partition] = 0;
        return left;
    }

    public void Report()
    {
        foreach (var partition in _atWork)
        {
            _left[partition.Partition] = partition.End - partition.Position;
        }

        request.Report(_total - _left.Values.Sum(), _total, "records");
    }
}
