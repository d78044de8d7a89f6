using System.Runtime.InteropServices;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Drain.Reading;

/// <summary>rdkafka.h, as far as it concerns consuming: the names and the order of the arguments are librdkafka's.</summary>
internal static unsafe partial class NativeConsumer
{
    static NativeConsumer() => Librdkafka.Register();

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_poll_set_consumer(IntPtr client);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_queue_get_consumer(IntPtr client);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_queue_destroy(IntPtr queue);

    [LibraryImport(Librdkafka.Name)]
    public static partial nint rd_kafka_consume_batch_queue(IntPtr queue, int milliseconds, NativeMessage** messages, nuint size);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_message_destroy(NativeMessage* message);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_last_error();

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_assign(IntPtr client, IntPtr partitions);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_incremental_unassign(IntPtr client, IntPtr partitions);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_commit(IntPtr client, IntPtr offsets, int async);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_error_code(IntPtr error);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_error_string(IntPtr error);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_error_destroy(IntPtr error);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_topic_partition_list_new(int size);

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial IntPtr rd_kafka_topic_partition_list_add(IntPtr list, string topic, int partition);

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_topic_partition_list_set_offset(IntPtr list, string topic, int partition, long offset);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_topic_partition_list_destroy(IntPtr list);
}
