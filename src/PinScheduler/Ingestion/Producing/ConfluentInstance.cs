using Confluent.Kafka;
using PinScheduler.Kafka;

namespace PinScheduler.Ingestion.Producing;

/// <summary>By Confluent.Kafka, in its fast form: one handler for all reports, and keys that bring back where a record belongs.</summary>
internal sealed class ConfluentInstance : IProducerInstance
{
    private readonly IProducer<RecordTag, RecordTag> _producer;
    private readonly Action<DeliveryReport<RecordTag, RecordTag>> _delivered;

    /// <param name="clients">Make the producer.</param>
    /// <param name="failed">Told of each record's error, before its batch.</param>
    public ConfluentInstance(KafkaClients clients, Action<Error> failed)
    {
        _delivered = report =>
        {
            if (report.Error.IsError)
            {
                failed(report.Error);
            }

            report.Key.Batch.Complete(report.Key.Index, report.Error, report.Partition.Value, report.Offset.Value, report.Status);
        };
        _producer = clients.CreateProducer<RecordTag, RecordTag>(builder => builder
            .SetKeySerializer(RecordTagSerializer.Instance)
            .SetValueSerializer(RecordValueSerializer.Instance)
            .SetErrorHandler((_, error) =>
            {
                if (error.IsFatal)
                {
                    failed(error);
                }
            }));
    }

    public int Enqueue(ProduceBatch batch, int from)
    {
        var message = new Message<RecordTag, RecordTag>();
        for (var index = from; index < batch.Records.Count; index++)
        {
            var record = batch.Records[index];
            message.Key = message.Value = new RecordTag(batch, index);
            try
            {
                _producer.Produce(new TopicPartition(batch.Topic, record.Partition), message, _delivered);
            }
            catch (ProduceException<RecordTag, RecordTag> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
            {
                return index;
            }
            catch (ProduceException<RecordTag, RecordTag> exception)
            {
                batch.Complete(index, exception.Error, record.Partition, ProduceBatch.UnknownOffset, PersistenceStatus.NotPersisted);
            }
        }

        return batch.Records.Count;
    }

    public void Flush(TimeSpan patience) => _producer.Flush(patience);

    public void Dispose() => _producer.Dispose();
}
