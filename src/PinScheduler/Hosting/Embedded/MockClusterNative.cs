using System.Runtime.InteropServices;
using PinScheduler.Kafka;

namespace PinScheduler.Hosting.Embedded;

/// <summary>rdkafka_mock.h: the names and the order of the arguments are librdkafka's.</summary>
internal static partial class MockClusterNative
{
    static MockClusterNative() => Librdkafka.Register();

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_conf_new();

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_conf_set(IntPtr settings, string key, string value, byte[] error, nuint size);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_new(int type, IntPtr settings, byte[] error, nuint errorSize);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_destroy(IntPtr client);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_err2str(int error);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_mock_cluster_new(IntPtr client, int brokers);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_mock_cluster_destroy(IntPtr cluster);

    [LibraryImport(Librdkafka.Name)]
    public static partial IntPtr rd_kafka_mock_cluster_bootstraps(IntPtr cluster);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_mock_set_controller_id(IntPtr cluster, int broker);

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_mock_topic_create(IntPtr cluster, string topic, int partitions, int replication);

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_mock_topic_delete(IntPtr cluster, string topic);

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_mock_partition_delete_records(IntPtr cluster, string topic, int partition, long before);

    [LibraryImport(Librdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_mock_partition_set_leader(IntPtr cluster, string topic, int partition, int broker);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_mock_broker_set_down(IntPtr cluster, int broker);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_mock_broker_set_up(IntPtr cluster, int broker);

    [LibraryImport(Librdkafka.Name)]
    public static partial int rd_kafka_mock_broker_set_rtt(IntPtr cluster, int broker, int milliseconds);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_mock_push_request_errors_array(IntPtr cluster, short apiKey, nuint count, int[] errors);

    [LibraryImport(Librdkafka.Name)]
    public static partial void rd_kafka_mock_clear_request_errors(IntPtr cluster, short apiKey);
}
