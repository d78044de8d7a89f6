using Confluent.Kafka;
using PinScheduler.Kafka;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain;

/// <summary>One consumer for all partitions of a drain, each from its own offset; the consumer group has no say in where.</summary>
internal sealed class TopicConsumer : IDisposable
{
    // long enough to cost nothing, short enough for a cancellation to be felt at once
    private const int BatchRecords = 10_000;
    private const int WaitMilliseconds = 100;

    private readonly ScratchDeserializer _key = new();
    private readonly ScratchDeserializer _value = new();
    private readonly IConsumer<int, int> _consumer;
    private readonly string _topic;
    private readonly Dictionary<int, PartitionDrain> _partitions;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private long _lastSign;
    private string _lastError = "";

    public TopicConsumer(KafkaClients clients, string topic, IEnumerable<PartitionDrain> partitions, TimeSpan patience, TimeProvider time)
    {
        _topic = topic;
        _patience = patience;
        _time = time;
        _lastSign = time.GetTimestamp();
        _partitions = partitions.ToDictionary(partition => partition.Partition);
        _consumer = clients.CreateDrainConsumer<int, int>(builder => builder.SetKeyDeserializer(_key).SetValueDeserializer(_value));
        _consumer.Assign(_partitions.Values.Select(partition => new TopicPartitionOffset(topic, partition.Partition, partition.Position)));
    }

    /// <summary>Partitions whose next offset the broker has dropped meanwhile; they stop where they are.</summary>
    public List<PartitionDrain> Expired { get; } = [];

    /// <summary>Nothing more will come.</summary>
    public bool IsDone => _partitions.Count == 0;

    /// <summary>Takes what is at hand, at most one batch, and stops when a file is full.</summary>
    /// <exception cref="StageFailedException">The broker has sent nothing for as long as it may.</exception>
    public void TakeBatch()
    {
        for (var taken = 0; taken < BatchRecords && !IsDone; taken++)
        {
            var partition = TakeOne(taken == 0 ? WaitMilliseconds : 0);
            if (partition is null)
            {
                break;
            }

            if (partition.Ended)
            {
                Leave(partition);
            }

            if (partition.IsFull)
            {
                break;
            }
        }

        if (_time.GetElapsedTime(_lastSign) > _patience)
        {
            throw new StageFailedException(
                $"The broker has sent nothing of '{_topic}', partitions {string.Join(", ", _partitions.Keys.Order())}, for {_patience.TotalSeconds:0} s ('Pipeline:BrokerPatience'){_lastError}; look whether it is up and every partition has a leader.", retry: true);
        }
    }

    /// <summary>For lag monitors: where the ledger stands now.</summary>
    public void CommitGroup(IEnumerable<PartitionDrain> partitions) =>
        _consumer.Commit(partitions.Select(partition => new TopicPartitionOffset(_topic, partition.Partition, partition.Position)));

    public void Dispose() => _consumer.Dispose();

    // null: nothing came in time
    private PartitionDrain? TakeOne(int patience)
    {
        try
        {
            var result = _consumer.Consume(patience);
            if (result is null)
            {
                return null;
            }

            _lastSign = _time.GetTimestamp();
            return _partitions.TryGetValue(result.Partition.Value, out var partition) ? Take(partition, result) : null;
        }
        catch (ConsumeException exception) when (exception.Error.Code == ErrorCode.Local_AutoOffsetReset
            && _partitions.TryGetValue(exception.ConsumerRecord.Partition.Value, out var partition))
        {
            Expired.Add(partition);
            Leave(partition);
            return partition;
        }
        catch (ConsumeException exception) when (PatientBroker.MayPass(exception.Error))
        {
            // it goes on fetching where it was; if nothing comes of it, this is why
            _lastError = $" (its last word: {exception.Error.Reason})";
            return null;
        }
    }

    private PartitionDrain Take(PartitionDrain partition, ConsumeResult<int, int> result)
    {
        if (!result.IsPartitionEOF)
        {
            partition.Take(result.Offset.Value, new Bytes(_key.Span, _key.IsNull), new Bytes(_value.Span, _value.IsNull));
        }
        else if (partition.IsEnd(result.Offset.Value))
        {
            partition.SkipToEnd();
        }

        return partition;
    }

    // what comes after the end must not fill the queue that all partitions share
    private void Leave(PartitionDrain partition)
    {
        _partitions.Remove(partition.Partition);
        _consumer.IncrementalUnassign([new TopicPartition(_topic, partition.Partition)]);
    }
}
