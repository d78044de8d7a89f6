using Confluent.Kafka;
using Microsoft.Extensions.Options;
using PinScheduler.Kafka;
using PinScheduler.Telemetry;

namespace PinScheduler.Ingestion;

/// <summary>From parsed records to Kafka's word on each: the topic is there, there is room, all are acknowledged.</summary>
internal sealed class Ingestor(TopicCatalog catalog, KafkaClients clients, IBrokerRoom room, RecordProducer producer, AcceptedLedger ledger, IOptions<IngestionOptions> options, TimeProvider time, ILogger<Ingestor> log)
{
    private readonly int _largestRecord = clients.LargestRecord;

    public InFlightBudget Records { get; } = new(options.Value.MaxRecordsInFlight, time);

    public InFlightBudget Bytes { get; } = new(options.Value.MaxBytesInFlight, time);

    /// <returns>The batch, every record of which Kafka has acknowledged.</returns>
    /// <exception cref="IngestionException">Nothing was produced, or its batch says what became of each record.</exception>
    public async Task<ProduceBatch> ProduceAsync(string topicName, byte[] body, List<ProduceRecord> records, CancellationToken cancellationToken)
    {
        var topic = await FindAsync(topicName, cancellationToken);
        Check(topic, records);
        if (records.Count > Records.Limit)
        {
            throw IngestionException.TooLarge($"{records.Count} records are more than may be on their way to Kafka at a time ({Records.Limit}, 'Pipeline:MaxRecordsInFlight'): send fewer a request.");
        }

        if (!await Records.TryTakeAsync(records.Count, cancellationToken))
        {
            throw IngestionException.NoRoom("More is being sent than Kafka takes: wait and send the request again.");
        }

        try
        {
            using var reserved = room.Reserve(topic, records, body);
            var batch = new ProduceBatch(topic.Name, body, records, clients.Embedded ? ledger : null);
            await producer.ProduceAsync(batch);
            SchedulerTelemetry.RecordsProduced(topic.Name, records.Count - batch.Failed);
            return batch.Failed == 0 ? batch : throw Failure(batch);
        }
        finally
        {
            Records.Release(records.Count);
        }
    }

    private async Task<TopicInfo> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await catalog.FindAsync(name, cancellationToken) ?? throw IngestionException.UnknownTopic(name);
        }
        catch (KafkaException exception)
        {
            IngestionLog.KafkaAway(log, exception.Error.Reason);
            throw IngestionException.Away($"Kafka does not answer ({exception.Error.Reason}): nothing was stored; send the request again when it is back.");
        }
    }

    private void Check(TopicInfo topic, List<ProduceRecord> records)
    {
        for (var index = 0; index < records.Count; index++)
        {
            var record = records[index];
            if (record.Partition >= topic.Partitions.Count)
            {
                throw new IngestionException(404, 40402, $"Record {index}: partition {record.Partition} not found; '{topic.Name}' has 0 to {topic.Partitions.Count - 1}.");
            }

            if (record.Key.Bytes + record.Value.Bytes > _largestRecord)
            {
                throw IngestionException.TooLarge($"Record {index} has {record.Key.Bytes + record.Value.Bytes} bytes; Kafka takes {_largestRecord} ('Kafka:message.max.bytes').");
            }
        }
    }

    private IngestionException Failure(ProduceBatch batch)
    {
        var failed = batch.Outcomes.Where(outcome => outcome.Error is not null).ToList();
        IngestionLog.NotAcknowledged(log, failed.Count, batch.Records.Count, batch.Topic, failed[0].Text!);
        var told = $"{failed.Count} of {batch.Records.Count} records were not acknowledged; 'offsets' says which and why, the first: {failed[0].Text}";
        return failed switch
        {
            _ when failed.TrueForAll(outcome => outcome.CanBeRetried) => IngestionException.Away(told + ". Send those again.", batch),
            _ when failed.TrueForAll(outcome => outcome.Error!.Code == ErrorCode.MsgSizeTooLarge) => new IngestionException(413, 413, told) { Batch = batch },
            _ => new IngestionException(500, 50002, told) { Batch = batch },
        };
    }
}
