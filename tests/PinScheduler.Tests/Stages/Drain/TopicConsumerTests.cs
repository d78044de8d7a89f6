using System.Diagnostics;
using Confluent.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>Whole drains with each of the two readers.</summary>
public sealed class TopicConsumerTests : IAsyncLifetime
{
    private EmbeddedBroker _broker = null!;

    public static TheoryData<bool> Kinds { get; } = [true, false];

    public async Task InitializeAsync() => _broker = await Task.Run(() => new EmbeddedBroker());

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_LandsEverything_WithEitherReader(bool native)
    {
        await using var bench = await CreateAsync(native, ("Pipeline:MaxFileBytes", "5000"));
        for (var round = 0; round < 3; round++)
        {
            await bench.ProduceAsync(round, [.. Enumerable.Range(0, 700).Select(number => $"{{\"index\":{number}}}"), null, "", "dead"]);
            Transact(bench, 4);
            await bench.DrainAsync(run: round + 1);
        }

        await bench.DrainAsync(run: 4);

        var rows = await bench.RowsAsync();
        Assert.Equal((2100 + 12, 9), (rows.Sum(row => row.Records), rows.Sum(row => row.DeadLetters)));
        Assert.True(rows.Count(row => row.Partition == 0) > 3);
        Assert.All(rows.GroupBy(row => row.Partition), files => Assert.Equal(files.Skip(1).Select(row => row.FirstOffset), files.SkipLast(1).Select(row => row.LastOffset + 1)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_GivesUp_WhenTheBrokerIsSilentForAMinute(bool native)
    {
        await using var bench = await SilentAsync(native);
        var drain = bench.DrainAsync();
        while (await Task.WhenAny(drain, Task.Delay(50)) != drain)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(10));
        }

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => drain);

        Assert.True(failed.Retry);
        Assert.Contains("sent nothing", failed.Message, StringComparison.Ordinal);
        Assert.Empty(bench.FilesOnDisk());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_EndsSoon_WhenCancelledInSilence(bool native)
    {
        await using var bench = await SilentAsync(native);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.DrainAsync(cancellationToken: cancel.Token));

        // far from the minute after which silence ends it
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
    }

    // the broker goes away between the drain's look at the ends and its first fetch
    private async Task<DrainBench> SilentAsync(bool native)
    {
        var bench = await CreateAsync(native);
        await bench.ProduceAsync(0, "{}");
        bench.OnStep = step =>
        {
            if (step == LandingStep.EndsNoted)
            {
                _broker.TakeDownAsync().GetAwaiter().GetResult();
            }
        };
        return bench;
    }

    private Task<DrainBench> CreateAsync(bool native, params (string Key, string Value)[] settings) =>
        DrainBench.CreateAsync(broker: _broker, settings: [("Kafka:NativeConsumer", native ? "true" : "false"), .. settings]);

    private void Transact(DrainBench bench, int records)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers, TransactionalId = bench.Topic }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        producer.BeginTransaction();
        for (var i = 0; i < records; i++)
        {
            producer.Produce(new TopicPartition(bench.Topic, 0), new Message<Null, string> { Value = "{}" });
        }

        producer.CommitTransaction(TimeSpan.FromSeconds(10));
    }
}
