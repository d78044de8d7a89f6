using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace PinScheduler.Kafka;

/// <summary>Settings of every Kafka client of ours: what we stand on, and whatever else section `Kafka` holds, passed to librdkafka as it is.</summary>
internal sealed class KafkaClients(IOptions<KafkaOptions> options, IConfiguration configuration, ILogger<KafkaClients> log)
{
    public const string DrainGroup = "pinscheduler-drain";

    // Java's default for keyed records, so that ours and others' of one key land in one partition
    private const string Partitioner = "murmur2_random";

    private readonly Dictionary<string, string> _passedOn = PassedOn(configuration);

    public bool Embedded => options.Value.Embedded;

    /// <summary>Key and value together; librdkafka's own default is a million bytes.</summary>
    public int LargestRecord => _passedOn.TryGetValue("message.max.bytes", out var given) ? int.Parse(given, CultureInfo.InvariantCulture) : 1_000_000;

    /// <summary>The keys of section `Kafka` that are not ours; `Kafka:sasl:username` and `Kafka:sasl.username` are one.</summary>
    public static Dictionary<string, string> PassedOn(IConfiguration configuration) => configuration.GetSection(KafkaOptions.Section).AsEnumerable(makePathsRelative: true)
        .Where(pair => pair.Value is not null && !KafkaOptions.OwnKeys.Contains(pair.Key.Split(':')[0]))
        .ToDictionary(pair => pair.Key.Replace(':', '.'), pair => pair.Value!, StringComparer.Ordinal);

    public IProducer<TKey, TValue> CreateProducer<TKey, TValue>(Func<ProducerBuilder<TKey, TValue>, ProducerBuilder<TKey, TValue>> build) =>
        build(new ProducerBuilder<TKey, TValue>(ProducerSettings()).SetLogHandler((_, message) => Write(message.Level, message.Facility, message.Message))).Build();

    public IAdminClient CreateAdmin() => new AdminClientBuilder(CommonSettings([])).SetLogHandler((_, message) => Write(message.Level, message.Facility, message.Message)).Build();

    public IConsumer<TKey, TValue> CreateDrainConsumer<TKey, TValue>(Func<ConsumerBuilder<TKey, TValue>, ConsumerBuilder<TKey, TValue>> build) =>
        build(new ConsumerBuilder<TKey, TValue>(DrainSettings()).SetLogHandler((_, message) => Write(message.Level, message.Facility, message.Message))).Build();

    /// <summary>An instance of librdkafka of our own, with <see cref="ProducerSettings"/> or <see cref="DrainSettings"/>.</summary>
    public NativeClient CreateNative(NativeClientType type, IReadOnlyDictionary<string, string> settings, int events = 0) =>
        new(type, settings, events, (level, facility, text) => Write((SyslogLevel)level, facility, text));

    /// <summary>For ingestion: a record counts only when all in-sync replicas have it, once, in order.</summary>
    public Dictionary<string, string> ProducerSettings() => CommonSettings(
        [
            new("partitioner", Partitioner),
            new("linger.ms", "1"),
            new("batch.size", "1048576"),
            new("compression.type", "lz4"),
            new("message.timeout.ms", "30000"),
            new("queue.buffering.max.messages", "1000000"),
            // a topic that was forbidden for a moment fails until its metadata comes anew; the default is five minutes
            new("topic.metadata.refresh.interval.ms", "10000"),
        ],
        [
            new("acks", "all"),
            new("enable.idempotence", "true"),
        ]);

    /// <summary>For draining: partitions and offsets are assigned by us, from the ledger; the group is for lag monitors only.</summary>
    public Dictionary<string, string> DrainSettings() => CommonSettings(
        [
            new("group.id", DrainGroup),
            // the default, a second, starves a drain of many partitions
            new("fetch.queue.backoff.ms", "5"),
            new("fetch.wait.max.ms", "10"),
            new("max.partition.fetch.bytes", "8388608"),
            new("queued.min.messages", "100000"),
            // four times as much is no faster, and is what a drain keeps in memory
            new("queued.max.messages.kbytes", "16384"),
            // one answer for all partitions, packed; the default, 50 MB, would be unpacked beside what is queued
            new("fetch.max.bytes", "8388608"),
            // the mock's control batches carry no checksum
            new("check.crcs", Embedded ? "false" : "true"),
        ],
        [
            new("isolation.level", "read_committed"),
            new("enable.auto.commit", "false"),
            new("enable.auto.offset.store", "false"),
            // silently skipping what expired is not for us: the drain must hear of it
            new("auto.offset.reset", "error"),
            new("enable.partition.eof", "true"),
        ]);

    /// <param name="preferred">Ours unless the configuration says otherwise.</param>
    /// <param name="needed">Ours whatever it says: correctness hangs on them.</param>
    private Dictionary<string, string> CommonSettings(ReadOnlySpan<KeyValuePair<string, string>> preferred, ReadOnlySpan<KeyValuePair<string, string>> needed = default)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["client.id"] = "pinscheduler" };
        Set(settings, preferred);
        Set(settings, [.. _passedOn]);
        Set(settings, needed);
        settings["bootstrap.servers"] = options.Value.BootstrapServers;
        settings["allow.auto.create.topics"] = "false";
        return settings;
    }

    private static void Set(Dictionary<string, string> settings, ReadOnlySpan<KeyValuePair<string, string>> pairs)
    {
        foreach (var (key, value) in pairs)
        {
            settings[key] = value;
        }
    }

    private void Write(SyslogLevel severity, string facility, string text)
    {
        var level = severity switch
        {
            <= SyslogLevel.Error => LogLevel.Warning,
            // librdkafka warns of lost connections and, for shared settings, of each that the other kind of client uses
            SyslogLevel.Warning or SyslogLevel.Notice => LogLevel.Debug,
            _ => LogLevel.Trace,
        };
        KafkaLog.Librdkafka(log, level, facility, text);
    }
}
