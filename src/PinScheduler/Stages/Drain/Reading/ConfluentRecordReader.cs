using Confluent.Kafka;
using PinScheduler.Kafka;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain.Reading;

/// <summary>Reads with Confluent.Kafka's consumer: a call and an object a record.</summary>
internal sealed class ConfluentRecordReader : IRecordReader
{
    // long enough to cost nothing, short enough for a cancellation to be felt at once
    private const int BatchRecords = 10_000;

    private readonly ScratchDeserializer _key = new();
    private readonly ScratchDeserializer _value = new();
    private readonly IConsumer<int, int> _consumer;
    private readonly string _topic;

    public ConfluentRecordReader(KafkaClients clients, string topic, IEnumerable<(int Partition, long Offset)> starts)
    {
        _topic = topic;
        _consumer = clients.CreateDrainConsumer<int, int>(builder => builder.SetKeyDeserializer(_key).SetValueDeserializer(_value));
        _consumer.Assign(Offsets(starts));
    }

    public void Read(IRecordReceiver receiver, TimeSpan patience)
    {
        var more = true;
        for (var taken = 0; more && taken < BatchRecords; taken++)
        {
            try
            {
                if (_consumer.Consume(taken == 0 ? patience : TimeSpan.Zero) is not { } result)
                {
                    return;
                }

                more = result.IsPartitionEOF
                    ? receiver.End(result.Partition.Value, result.Offset.Value)
                    : receiver.Record(result.Partition.Value, result.Offset.Value, new Bytes(_key.Span, _key.IsNull), new Bytes(_value.Span, _value.IsNull));
            }
            catch (ConsumeException exception) when (exception.Error.Code == ErrorCode.Local_AutoOffsetReset)
            {
                more = receiver.Expired(exception.ConsumerRecord.Partition.Value);
            }
            catch (ConsumeException exception) when (PatientBroker.MayPass(exception.Error))
            {
                receiver.Passing(exception.Error.Reason);
            }
        }
    }

    public void Leave(IReadOnlyCollection<int> partitions) => _consumer.IncrementalUnassign(partitions.Select(partition => new TopicPartition(_topic, partition)));

    public void Commit(IReadOnlyCollection<(int Partition, long NextOffset)> offsets) => _consumer.Commit(Offsets(offsets));

    public void Dispose() => _consumer.Dispose();

    private IEnumerable<TopicPartitionOffset> Offsets(IEnumerable<(int Partition, long Offset)> offsets) =>
        offsets.Select(offset => new TopicPartitionOffset(_topic, offset.Partition, offset.Offset));
}
