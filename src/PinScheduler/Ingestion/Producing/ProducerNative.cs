using System.Runtime.InteropServices;
using PinScheduler.Kafka;

namespace PinScheduler.Ingestion.Producing;

/// <summary>rdkafka.h: the names and the order of the arguments are librdkafka's.</summary>
internal static unsafe partial class ProducerNative
{
    /// <summary>RD_KAFKA_MSG_F_COPY: librdkafka takes a copy, so that nothing need be pinned.</summary>
    public const int Copy = 2;

    /// <summary>RD_KAFKA_EVENT_DR and RD_KAFKA_EVENT_ERROR.</summary>
    public const int DeliveryReports = 1;
    public const int Errors = 8;

    static ProducerNative() => Librdkafka.Register();

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial IntPtr rd_kafka_topic_new(IntPtr client, string topic, IntPtr settings);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_topic_destroy(IntPtr topic);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_produce(IntPtr topic, int partition, int flags, byte* payload, nuint length, byte* key, nuint keyLength, IntPtr opaque);

    /// <summary>Why the last call on this thread has failed.</summary>
    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_last_error();

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_flush(IntPtr client, int milliseconds);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_queue_get_main(IntPtr client);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_queue_destroy(IntPtr queue);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_queue_poll(IntPtr queue, int milliseconds);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_event_type(IntPtr @event);

    [LibraryImport(Librdkafka.Name)]
    public static partial nuint rd_kafka_event_message_array(IntPtr @event, NativeMessage** messages, nuint size);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_event_error(IntPtr @event);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_event_error_is_fatal(IntPtr @event);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_event_destroy(IntPtr @event);

    /// <summary>0 not persisted, 1 possibly, 2 persisted.</summary>
    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_message_status(NativeMessage* message);
}
