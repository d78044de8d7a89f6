namespace PinScheduler.Kafka;

/// <summary>2000-2099</summary>
internal static partial class KafkaLog
{
    [LoggerMessage(EventId = 2000, Message = "librdkafka {Facility}: {Text}")]
    public static partial void Librdkafka(ILogger log, LogLevel level, string facility, string text);
}
