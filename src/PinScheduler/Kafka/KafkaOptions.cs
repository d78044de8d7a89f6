namespace PinScheduler.Kafka;

/// <summary>Section `Kafka`. Every other key of it is passed to librdkafka as it is (security.protocol, sasl.username, …).</summary>
internal sealed class KafkaOptions
{
    public const string Section = "Kafka";

    /// <summary>The keys of the section that are ours; what is not is librdkafka's.</summary>
    public static readonly IReadOnlySet<string> OwnKeys = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { nameof(BootstrapServers), nameof(Embedded), nameof(Topics), nameof(NativeProducer), nameof(NativeConsumer) };

    public string BootstrapServers { get; set; } = "";

    /// <summary>Set by ./run where the broker is librdkafka's own in a child process: it has little room and forgets all when it ends.</summary>
    public bool Embedded { get; set; }

    /// <summary>Produces with librdkafka itself; false: with Confluent.Kafka's producer, which gives the same at about half the speed.</summary>
    public bool NativeProducer { get; set; } = true;

    /// <summary>Drains with librdkafka itself; false: with Confluent.Kafka's consumer, which gives the same at about half the speed.</summary>
    public bool NativeConsumer { get; set; } = true;

    /// <summary>By the data set's key: pin, geo, user.</summary>
    public Dictionary<string, TopicOptions> Topics { get; set; } = new(StringComparer.Ordinal);

    public string TopicOf(string dataSet) => Topics.TryGetValue(dataSet, out var topic) && topic.Name.Length > 0 ? topic.Name : "pinterest." + dataSet;

    /// <summary>16 in the embedded broker, whose partitions have little room, 8 elsewhere.</summary>
    public int PartitionsOf(string dataSet) => Topics.TryGetValue(dataSet, out var topic) && topic.Partitions is { } given ? given : Embedded ? 16 : 8;
}

internal sealed class TopicOptions
{
    public string Name { get; set; } = "";

    public int? Partitions { get; set; }
}
