namespace PinScheduler.Kafka;

/// <summary>rd_kafka_type_t.</summary>
internal enum NativeClientType
{
    Producer = 0,
    Consumer = 1,
}
