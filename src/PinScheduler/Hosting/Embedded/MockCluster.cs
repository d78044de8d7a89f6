using System.Runtime.InteropServices;
using PinScheduler.Kafka;
using static PinScheduler.Hosting.Embedded.MockClusterNative;

namespace PinScheduler.Hosting.Embedded;

/// <summary>The Kafka cluster inside librdkafka: the real protocol on a loopback port, its log in memory.</summary>
internal sealed class MockCluster : IDisposable
{
    private readonly IntPtr _client;

    public MockCluster(int brokers)
    {
        var error = new byte[512];
        var settings = rd_kafka_conf_new();
        // it would note that it has no servers to connect to, and means to have none
        _ = rd_kafka_conf_set(settings, "log_level", "3", error, (nuint)error.Length);
        // 0: a producer; it is only the cluster's home and never connects
        _client = rd_kafka_new(0, settings, error, (nuint)error.Length);
        Handle = _client == IntPtr.Zero ? IntPtr.Zero : rd_kafka_mock_cluster_new(_client, brokers);
        if (Handle == IntPtr.Zero)
        {
            throw new InvalidOperationException($"librdkafka could not start its cluster: {Librdkafka.Text(error)}");
        }

        // without a controller DescribeTopics waits for one until it times out
        rd_kafka_mock_set_controller_id(Handle, 1);
        BootstrapServers = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(Handle))!;
    }

    public IntPtr Handle { get; }

    public string BootstrapServers { get; }

    public void CreateTopic(string topic, int partitions) => Check(rd_kafka_mock_topic_create(Handle, topic, partitions, 1), $"create topic '{topic}' with {partitions} partitions");

    public static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"The embedded broker could not {what}: {Marshal.PtrToStringUTF8(rd_kafka_err2str(error))}");
        }
    }

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(Handle);
        rd_kafka_destroy(_client);
    }
}
