using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using PinScheduler.Kafka;
using PinScheduler.Stages.Drain.Reading;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Drain.Reading;

/// <summary>librdkafka's own consumer against Confluent.Kafka's, record by record, and both against what was produced.</summary>
public sealed class RecordReaderTests : IAsyncLifetime
{
    private const int Fetch = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    // errors and deleted records are for all who read, so it is these tests' own
    private EmbeddedBroker _broker = null!;
    private string _topic = null!;

    public static TheoryData<bool> Kinds { get; } = [true, false];

    public async Task InitializeAsync()
    {
        _broker = await Task.Run(() => new EmbeddedBroker());
        _topic = (await _broker.CreateTopicsAsync("read", 4))["pin"];
    }

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_GivesTheSameFromBoth_WhateverIsInTheTopic(int seed)
    {
        var random = new Random(seed);
        var produced = Enumerable.Range(0, 4).Select(_ => new List<string>()).ToArray();
        foreach (var codec in Enum.GetValues<CompressionType>())
        {
            Produce(random, codec, transactional: random.Next(2) == 0, produced);
        }

        // what is told of two requests at once comes in any order
        Array.ForEach(produced, records => records.Sort(static (one, other) => Offset(one).CompareTo(Offset(other))));
        var starts = produced.Select((records, partition) => (partition, (long)random.Next(records.Count))).ToList();
        var (native, confluent) = (ReadToEnd(true, starts, atOnce: random.Next(1, 50)), ReadToEnd(false, starts, atOnce: random.Next(1, 50)));

        foreach (var (partition, start) in starts)
        {
            Assert.Equal(confluent.Of(partition), native.Of(partition));
            Assert.Equal(produced[partition].Where(text => Offset(text) >= start), native.Of(partition).SkipLast(1));
            Assert.StartsWith("end ", native.Of(partition)[^1], StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Read_SaysWhichPartitionExpired_AndReadsTheOthers(bool native)
    {
        Produce(new Random(1), CompressionType.None, transactional: false, [[], [], [], []]);
        await _broker.DeleteRecordsAsync(_topic, 2, 5);

        var events = ReadToEnd(native, [(0, 0L), (2, 0L)], atOnce: 0);

        Assert.Equal(["expired"], events.Of(2));
        Assert.StartsWith("end ", events.Of(0)[^1], StringComparison.Ordinal);
        Assert.True(events.Records > 10);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Read_GoesOn_WhenErrorsPass(bool native)
    {
        Produce(new Random(1), CompressionType.None, transactional: false, [[], [], [], []]);
        await _broker.PushErrorsAsync(Fetch, 6, 56, 7, -1, -195);

        var events = ReadToEnd(native, [(0, 0L), (1, 0L)], atOnce: 0);

        Assert.All([0, 1], partition => Assert.StartsWith("end ", events.Of(partition)[^1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 29, ErrorCode.TopicAuthorizationFailed)]
    [InlineData(false, 29, ErrorCode.TopicAuthorizationFailed)]
    [InlineData(true, 17, ErrorCode.TopicException)]
    [InlineData(false, 17, ErrorCode.TopicException)]
    public async Task Read_EndsWithKafkasWords_WhenAnErrorStays(bool native, int error, ErrorCode code)
    {
        Produce(new Random(1), CompressionType.None, transactional: false, [[], [], [], []]);
        await _broker.PushErrorsAsync(Fetch, [.. Enumerable.Repeat(error, 50)]);

        var failed = Assert.ThrowsAny<KafkaException>(() => ReadToEnd(native, [(0, 0L)], atOnce: 0));

        Assert.Equal(code, failed.Error.Code);
        Assert.Contains(new Error(code).Reason, failed.Error.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_GivesNoMoreOfAPartition_OnceItWasLeft(bool native)
    {
        Produce(new Random(1), CompressionType.None, transactional: false, [[], [], [], []]);
        using var reader = Open(native, [(0, 0L), (1, 0L)]);
        ReadToEnd(reader, new ReadEvents(), [0, 1]);
        reader.Leave([0]);
        Produce(new Random(1), CompressionType.None, transactional: false, [[], [], [], []]);

        var later = new ReadEvents();
        ReadToEnd(reader, later, [1]);

        Assert.Empty(later.Of(0));
        Assert.True(later.Records > 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Commit_TellsTheGroup(bool native)
    {
        var clients = Clients(native, ("Kafka:group.id", $"group-{native}"));
        using (var reader = Open(native, [(0, 0L), (3, 0L)], clients))
        {
            reader.Commit([(0, 17), (3, 4)]);
        }

        using var group = clients.CreateDrainConsumer<Ignore, Ignore>(builder => builder);
        var committed = group.Committed([new TopicPartition(_topic, 0), new TopicPartition(_topic, 3)], TimeSpan.FromSeconds(10));
        Assert.Equal([17, 4], committed.Select(offset => offset.Offset.Value));
    }

    private ReadEvents ReadToEnd(bool native, IReadOnlyList<(int Partition, long Offset)> starts, int atOnce)
    {
        using var reader = Open(native, starts);
        var events = new ReadEvents { AtOnce = atOnce };
        ReadToEnd(reader, events, starts.Select(start => start.Partition));
        return events;
    }

    private static void ReadToEnd(IRecordReader reader, ReadEvents events, IEnumerable<int> partitions)
    {
        var started = Stopwatch.GetTimestamp();
        while (!events.Done.IsSupersetOf(partitions))
        {
            reader.Read(events, Patience);
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"not at the end after 30 s; in the way: {string.Join(", ", events.InTheWay)}");
        }
    }

    private IRecordReader Open(bool native, IEnumerable<(int Partition, long Offset)> starts, KafkaClients? clients = null) => native
        ? new NativeRecordReader(clients ?? Clients(native), _topic, starts)
        : new ConfluentRecordReader(clients ?? Clients(native), _topic, starts);

    // small fetches, so that a partition comes in several; soon again after an error
    private KafkaClients Clients(bool native, params (string Key, string Value)[] more) =>
        _broker.Clients([("Kafka:max.partition.fetch.bytes", "20000"), ("Kafka:fetch.error.backoff.ms", "20"), ("Kafka:NativeConsumer", native ? "true" : "false"), .. more]);

    // what is produced is noted as ReadEvents would
    private void Produce(Random random, CompressionType codec, bool transactional, List<string>[] produced)
    {
        var config = new ProducerConfig { BootstrapServers = _broker.BootstrapServers, CompressionType = codec, LingerMs = 2, TransactionalId = transactional ? $"{_topic}-{codec}" : null };
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(config).Build();
        if (transactional)
        {
            producer.InitTransactions(TimeSpan.FromSeconds(10));
        }

        for (var round = 0; round < 3; round++)
        {
            if (transactional)
            {
                producer.BeginTransaction();
            }

            for (var record = 0; record < 60; record++)
            {
                var (key, value) = (Some(random, 20), Some(random, 3000));
                producer.Produce(new TopicPartition(_topic, random.Next(4)), new Message<byte[]?, byte[]?> { Key = key, Value = value }, report =>
                {
                    lock (produced)
                    {
                        produced[report.Partition.Value].Add(ReadEvents.Text(report.Offset.Value, key, value));
                    }
                });
            }

            producer.Flush(TimeSpan.FromSeconds(10));
            if (transactional)
            {
                producer.CommitTransaction(TimeSpan.FromSeconds(10));
            }
        }
    }

    private static long Offset(string text) => long.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);

    private static byte[]? Some(Random random, int most)
    {
        var bytes = new byte[random.Next(most)];
        random.NextBytes(bytes);
        return random.Next(6) switch
        {
            0 => null,
            1 => [],
            _ => bytes,
        };
    }
}
