namespace PinScheduler.Stages.Drain;

internal sealed class DrainProgress(DrainRequest request, List<PartitionDrain> partitions)
{
    private readonly long _start = partitions.Sum(partition => partition.Position);

    public long Total { get; } = partitions.Sum(partition => partition.End - partition.Position);

    public void Report() => request.Report(partitions.Sum(partition => partition.Position) - _start, Total, "records");
}
