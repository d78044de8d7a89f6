namespace PinScheduler.Inspection.Topics;

/// <summary>A topic as it stands now. `rate` is records a second over the last `rateSeconds`, null when it is asked for the first time.</summary>
internal sealed record TopicView(string Topic, string? DataSet, string Incarnation, long Records, long Lag, double? Rate, double? RateSeconds, IReadOnlyList<PartitionView> Partitions);

/// <summary>`drainedOffset` is the next offset to drain, `lag` = highOffset − drainedOffset.</summary>
internal sealed record PartitionView(int Partition, int Leader, IReadOnlyList<int> Replicas, long LowOffset, long HighOffset, long DrainedOffset, long Lag, double? Rate);
