using Microsoft.Extensions.Options;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Drain.Reading;

/// <summary>Opens a reader of the kind that `Kafka:NativeConsumer` names.</summary>
internal sealed class RecordReaders(KafkaClients clients, IOptions<KafkaOptions> kafka)
{
    public IRecordReader Open(string topic, IEnumerable<(int Partition, long Offset)> starts) => kafka.Value.NativeConsumer
        ? new NativeRecordReader(clients, topic, starts)
        : new ConfluentRecordReader(clients, topic, starts);
}
