using PinScheduler.Landing;
using PinScheduler.Stages.Drain.Reading;

namespace PinScheduler.Stages.Drain;

/// <summary>Takes the records of all partitions of a drain, each from its own offset to its end; the consumer group has no say in where.</summary>
internal sealed class TopicConsumer : IRecordReceiver, IDisposable
{
    // a cancellation is felt as soon
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    private readonly IRecordReader _reader;
    private readonly string _topic;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Dictionary<int, PartitionDrain> _partitions;
    private readonly List<int> _left = [];
    private long _silentSince;
    private bool _heard = true;
    private string? _inTheWay;

    public TopicConsumer(RecordReaders readers, string topic, IReadOnlyCollection<PartitionDrain> partitions, TimeSpan patience, TimeProvider time)
    {
        _topic = topic;
        _patience = patience;
        _time = time;
        _partitions = partitions.ToDictionary(partition => partition.Partition);
        _reader = readers.Open(topic, partitions.Select(partition => (partition.Partition, partition.Position)));
    }

    /// <summary>Partitions whose next offset the broker has dropped meanwhile; they stop where they are.</summary>
    public List<PartitionDrain> Expired { get; } = [];

    /// <summary>Nothing more will come.</summary>
    public bool IsDone => _partitions.Count == 0;

    /// <summary>Takes what is at hand, at most one batch, and stops when a file is full.</summary>
    /// <exception cref="StageFailedException">The broker has sent nothing for as long as it may.</exception>
    public void TakeBatch()
    {
        // the time between two batches is ours, not the broker's
        _silentSince = _heard ? _time.GetTimestamp() : _silentSince;
        _heard = false;
        _reader.Read(this, Wait);
        // what comes after the end must not fill the queue that all partitions share
        if (_left.Count > 0 && !IsDone)
        {
            _reader.Leave(_left);
            _left.Clear();
        }

        if (!_heard && _time.GetElapsedTime(_silentSince) > _patience)
        {
            throw new StageFailedException(
                $"The broker has sent nothing of '{_topic}', partitions {string.Join(", ", _partitions.Keys.Order())}, for {_patience.TotalSeconds:0} s ('Pipeline:BrokerPatience'){(_inTheWay is null ? "" : $" (its last word: {_inTheWay})")}; look whether it is up and every partition has a leader.", retry: true);
        }
    }

    /// <summary>For lag monitors: where the ledger stands now.</summary>
    public void CommitGroup(IEnumerable<PartitionDrain> partitions) =>
        _reader.Commit([.. partitions.Select(partition => (partition.Partition, partition.Position))]);

    public void Dispose() => _reader.Dispose();

    bool IRecordReceiver.Record(int partition, long offset, Bytes key, Bytes value)
    {
        if (Heard(partition) is not { } drain)
        {
            return true;
        }

        drain.Take(offset, key, value);
        return GoesOn(drain);
    }

    bool IRecordReceiver.End(int partition, long offset)
    {
        if (Heard(partition) is not { } drain)
        {
            return true;
        }

        if (drain.IsEnd(offset))
        {
            drain.SkipToEnd();
        }

        return GoesOn(drain);
    }

    bool IRecordReceiver.Expired(int partition)
    {
        if (Heard(partition) is { } drain)
        {
            Expired.Add(drain);
            Leave(drain);
        }

        return !IsDone;
    }

    void IRecordReceiver.Passing(string reason) => _inTheWay = reason;

    // null: something that was still on its way when the partition was left
    private PartitionDrain? Heard(int partition)
    {
        _heard = true;
        _inTheWay = null;
        return _partitions.GetValueOrDefault(partition);
    }

    private bool GoesOn(PartitionDrain drain)
    {
        if (drain.Ended)
        {
            Leave(drain);
        }

        return !IsDone && !drain.IsFull;
    }

    private void Leave(PartitionDrain drain)
    {
        _partitions.Remove(drain.Partition);
        _left.Add(drain.Partition);
    }
}
