namespace PinScheduler.Ingestion;

/// <summary>2100-2199</summary>
internal static partial class IngestionLog
{
    [LoggerMessage(EventId = 2100, Level = LogLevel.Warning, Message = "The Kafka producer ended for good ({Reason}); new requests go to a new one")]
    public static partial void ProducerEnded(ILogger log, string reason);

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "{Failed} of {Records} records for '{Topic}' were not acknowledged, the first because: {Reason}")]
    public static partial void NotAcknowledged(ILogger log, int failed, int records, string topic, string reason);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "Kafka does not answer: {Reason}")]
    public static partial void KafkaAway(ILogger log, string reason);
}
