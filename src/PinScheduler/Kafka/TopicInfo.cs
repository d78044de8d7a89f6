namespace PinScheduler.Kafka;

/// <summary>A topic as it is in the cluster: its incarnation is Kafka's topic id, another one after it was deleted and created again; partitions by number.</summary>
internal sealed record TopicInfo(string Name, string Incarnation, IReadOnlyList<PartitionInfo> Partitions);

internal sealed record PartitionInfo(int Partition, int Leader, IReadOnlyList<int> Replicas);

/// <summary>The oldest offset that is kept, and one past the last that readers of committed records may see.</summary>
internal sealed record Watermarks(int Partition, long Low, long High);
