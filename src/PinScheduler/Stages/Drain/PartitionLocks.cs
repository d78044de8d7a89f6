using PinScheduler.Database;
using PinScheduler.Kafka;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain;

/// <summary>Keeps two drains from doing the same partition's work. That nothing is recorded twice is the claims' doing, not theirs.</summary>
internal sealed class PartitionLocks(Warehouse warehouse, TimeProvider time)
{
    /// <summary>Those of the partitions that are free, or all where the request shares none; waits where there is nothing to have at once.</summary>
    /// <returns>Null where others still held them when the patience ended.</returns>
    public async Task<HeldPartitions?> TakeAsync(DrainRequest request, LandingTopic topic, IEnumerable<PartitionInfo> partitions, CancellationToken cancellationToken)
    {
        if (request.IgnoresLocks)
        {
            return new HeldPartitions(null, [.. partitions.Select(partition => partition.Partition)]);
        }

        var names = partitions.ToDictionary(partition => $"drain/{topic.Name}/{topic.Incarnation}/{partition.Partition}", partition => partition.Partition, StringComparer.Ordinal);
        var held = await TryTakeAsync(request, names.Keys, TimeSpan.Zero, cancellationToken);
        if (held is null && request.LockPatience > TimeSpan.Zero)
        {
            DrainLog.Waiting(request.Log, topic.Name);
            held = await TryTakeAsync(request, names.Keys, request.LockPatience, cancellationToken);
        }

        return held is null ? null : new HeldPartitions(held, [.. held.Names.Select(name => names[name]).Order()]);
    }

    private Task<NamedLock?> TryTakeAsync(DrainRequest request, IReadOnlyCollection<string> names, TimeSpan patience, CancellationToken cancellationToken) => request.SharesTopic
        ? NamedLock.TryTakeAnyAsync(warehouse, names, patience, time, cancellationToken, request.MostPartitions)
        : NamedLock.TryTakeAllAsync(warehouse, names, patience, time, cancellationToken);
}

internal sealed class HeldPartitions(NamedLock? held, IReadOnlyList<int> partitions) : IAsyncDisposable
{
    public IReadOnlyList<int> Partitions { get; } = partitions;

    public ValueTask DisposeAsync() => held?.DisposeAsync() ?? ValueTask.CompletedTask;
}
