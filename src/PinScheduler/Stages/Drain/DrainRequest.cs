using PinScheduler.Database;
using PinScheduler.Stages.Drain.Sharing;

namespace PinScheduler.Stages.Drain;

/// <summary>One topic to be drained up to where it ends now.</summary>
internal sealed record DrainRequest
{
    public required DataSet DataSet { get; init; }

    public required DateOnly Date { get; init; }

    /// <summary>Null ahead of a run.</summary>
    public required long? Run { get; init; }

    /// <summary>Asked for once the partitions' locks are held: a drain that has to wait must not end the one it waits for.</summary>
    public required Func<CancellationToken, Task<Fence>> FenceAsync { get; init; }

    /// <summary>How long another drain of the same partitions may take to end.</summary>
    public required TimeSpan LockPatience { get; init; }

    /// <summary>How long the cluster may fail to say what there is to drain.</summary>
    public required TimeSpan BrokerPatience { get; init; }

    /// <summary>Whether other drains of the topic may be at work on other partitions; they must not take its fence.</summary>
    public required bool SharesTopic { get; init; }

    /// <summary>What is to be drained, where that is known; else all up to where the topic ends now.</summary>
    public OffsetRanges? Ranges { get; init; }

    /// <summary>How many partitions to take at a time; the others are left to whoever shares the topic.</summary>
    public int MostPartitions { get; init; } = int.MaxValue;

    /// <summary>Takes partitions from drains that hang: their claims are theirs no more, and they record nothing.</summary>
    public bool IgnoresLocks { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Adds a warning to the run, where there is one.</summary>
    public Func<string, Task> WarnAsync { get; init; } = static _ => Task.CompletedTask;

    public Action<long, long?, string> Report { get; init; } = static (_, _, _) => { };
}
