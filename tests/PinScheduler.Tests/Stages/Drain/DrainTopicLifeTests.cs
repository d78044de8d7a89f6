using Confluent.Kafka;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>What happens to a topic while nobody looks: records expire, it is created again, transactions leave holes.</summary>
public class DrainTopicLifeTests
{
    private static readonly string[] Values = [.. Enumerable.Range(0, 20).Select(number => $"{{\"index\":{number}}}")];

    private readonly EmbeddedBroker _broker = EmbeddedBroker.Shared;

    [Fact]
    public async Task Run_NotesTheGapAndGoesOn_WhenRecordsExpired()
    {
        await using var bench = await DrainBench.CreateAsync();
        await OneBatchEachAsync(bench, 10);
        await _broker.DeleteRecordsAsync(bench.Topic, 1, 4);

        var result = await bench.DrainAsync(run: 5);

        Assert.Equal(6, result.Counts["records"]);
        Assert.Equal((4, 9), ((await bench.RowsAsync())[0].FirstOffset, (await bench.RowsAsync())[0].LastOffset));
        Assert.Equal([(1, 0L, 3L, 5L)], await bench.QueryAsync<(int, long, long, long)>("select `partition`, first_offset, last_offset, run from landing_gap"));
        Assert.Contains("offsets 0 to 3 expired", Assert.Single(bench.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FailsAndTouchesNothing_WhenGapsAreToFail()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Pipeline:OnGap", "fail"));
        await OneBatchEachAsync(bench, 10);
        await _broker.DeleteRecordsAsync(bench.Topic, 1, 4);

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.Contains("offsets 0 to 3", failed.Message, StringComparison.Ordinal);
        Assert.Empty(await bench.RowsAsync());
        Assert.Empty(await bench.QueryAsync<int>("select 1 from landing_gap"));
    }

    [Fact]
    public async Task Run_LeavesTheGapToTheNextAttempt_WhenRecordsExpireMeanwhile()
    {
        await using var bench = await DrainBench.CreateAsync();
        await OneBatchEachAsync(bench, 10);
        await bench.ProduceAsync(0, Values);
        bench.OnStep = step =>
        {
            if (step == LandingStep.EndsNoted)
            {
                _broker.DeleteRecordsAsync(bench.Topic, 1, 4).GetAwaiter().GetResult();
            }
        };

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.True(failed.Retry);
        Assert.Equal(20, Assert.Single(await bench.RowsAsync()).Records);
        bench.OnStep = static _ => { };
        Assert.Equal(26, (await bench.DrainAsync(attempt: 2)).Counts["records"]);
        Assert.Contains("offsets 0 to 3 expired", Assert.Single(bench.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StartsANewLife_WhenTheTopicWasCreatedAgain()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Kafka:Embedded", "false"));
        await bench.ProduceAsync(0, Values);
        await bench.DrainAsync(run: 1);
        await bench.RecreateTopicAsync();
        await bench.ProduceAsync(0, Values[..5]);

        var second = await bench.DrainAsync(run: 2);
        await bench.ProduceAsync(0, Values[..5]);
        await bench.DrainAsync(run: 3);

        Assert.Equal(5, second.Counts["records"]);
        Assert.Contains("deleted and created again", Assert.Single(bench.Warnings), StringComparison.Ordinal);
        Assert.Equal(
            [$"{bench.Topic}+0+00000000000000000000.json", $"{bench.Topic}@2+0+00000000000000000000.json", $"{bench.Topic}@2+0+00000000000000000005.json"],
            bench.FilesOnDisk().Select(Path.GetFileName));
        Assert.Equal(30, (await bench.RowsAsync()).Sum(row => row.Records));
    }

    [Fact]
    public async Task Run_SaysNothingOfANewLife_WhenTheBrokerIsEmbedded()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Values);
        await bench.DrainAsync(run: 1);
        await bench.RecreateTopicAsync();
        await bench.ProduceAsync(0, Values);

        Assert.Equal(20, (await bench.DrainAsync(run: 2)).Counts["records"]);

        Assert.Empty(bench.Warnings);
    }

    [Fact]
    public async Task Run_RecordsNothing_WhenTheTopicIsCreatedAgainMeanwhile()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Values);
        bench.OnStep = step =>
        {
            if (step == LandingStep.FolderFlushed)
            {
                bench.RecreateTopicAsync().GetAwaiter().GetResult();
            }
        };

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.True(failed.Retry);
        Assert.Empty(await bench.RowsAsync());
        bench.OnStep = static _ => { };
        await bench.ProduceAsync(0, Values[..3]);
        Assert.Equal(3, (await bench.DrainAsync(attempt: 2)).Counts["records"]);
        Assert.Equal($"{bench.Topic}@2+0+00000000000000000000.json", Path.GetFileName(Assert.Single(bench.FilesOnDisk())));
    }

    [Fact]
    public async Task Run_CoversOffsetsWithoutRecords_WhenTransactionsLeftThem()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers, TransactionalId = bench.Topic }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 3; i++)
        {
            producer.BeginTransaction();
            producer.Produce(bench.Topic, new Message<Null, string> { Value = "{}" });
            producer.CommitTransaction(TimeSpan.FromSeconds(10));
        }

        var first = await bench.DrainAsync(run: 1);
        var second = await bench.DrainAsync(run: 2);

        Assert.Equal((3, 3, 1), (first.Counts["read"], first.Counts["records"], first.Counts["files"]));
        Assert.Equal(0, second.Counts["files"]);
        var row = Assert.Single(await bench.RowsAsync());
        Assert.Equal((0, 5), (row.FirstOffset, row.LastOffset));
    }

    [Fact]
    public async Task Run_LeavesLaterRecordsToTheNext_WhenTheRangeEndsInAHole()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers, TransactionalId = bench.Topic }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        void Send(int count)
        {
            producer.BeginTransaction();
            for (var i = 0; i < count; i++)
            {
                producer.Produce(bench.Topic, new Message<Null, string> { Value = "{}" });
            }

            producer.CommitTransaction(TimeSpan.FromSeconds(10));
        }

        Send(2);
        bench.OnStep = step =>
        {
            if (step == LandingStep.EndsNoted)
            {
                bench.OnStep = static _ => { };
                Send(5);
            }
        };

        var first = await bench.DrainAsync(run: 1);
        var second = await bench.DrainAsync(run: 2);

        Assert.Equal((2, 5), (first.Counts["records"], second.Counts["records"]));
        Assert.Equal([(0L, 2L), (3L, 8L)], (await bench.RowsAsync()).Select(row => (row.FirstOffset, row.LastOffset)));
    }

    [Fact]
    public async Task Run_DoesNotAskTheGroupButTellsIt_WhenItsOffsetsAreElsewhere()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1, settings: ("Kafka:group.id", $"group-{Guid.NewGuid():N}"));
        await bench.ProduceAsync(0, Values);
        using var group = bench.Get<KafkaClients>().CreateDrainConsumer<Ignore, Ignore>(builder => builder);
        group.Commit([new TopicPartitionOffset(bench.Topic, 0, 15)]);

        Assert.Equal(20, (await bench.DrainAsync()).Counts["records"]);

        Assert.Equal(20, group.Committed([new TopicPartition(bench.Topic, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value);
    }

    [Theory]
    [InlineData(true, "emulate")]
    [InlineData(false, null)]
    public async Task Run_SendsTheRunBackToEmulate_WhenWhatItSentIsGone(bool embedded, string? restartFrom)
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1, settings: ("Kafka:Embedded", embedded ? "true" : "false"));
        await bench.ProduceAsync(0, Values);
        await NoteEmulatedAsync(bench, run: 1, end: 20);
        await bench.RecreateTopicAsync(1);
        await bench.ProduceAsync(0, Values);

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.Contains("retry from 'emulate'", failed.Message, StringComparison.Ordinal);
        Assert.Equal(restartFrom, failed.RestartFrom);
        Assert.False(failed.Retry);
    }

    [Fact]
    public async Task Run_IsContent_WhenWhatEmulateSentWasDrainedBeforeItWent()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, Values);
        await NoteEmulatedAsync(bench, run: 1, end: 20);
        await bench.DrainAsync(run: 1);
        await bench.RecreateTopicAsync(1);

        Assert.Equal(20, (await bench.DrainAsync(run: 1, attempt: 2)).Counts["records"]);
    }

    [Fact]
    public async Task Run_SendsTheRunBack_WhenTheTopicEndsBeforeWhatEmulateSent()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, Values);
        await NoteEmulatedAsync(bench, run: 1, end: 21);

        Assert.Equal("emulate", (await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync())).RestartFrom);
    }

    private static async Task NoteEmulatedAsync(DrainBench bench, long run, long end)
    {
        var incarnation = (await bench.Get<TopicCatalog>().RefreshAsync(default))[bench.Topic].Incarnation;
        await bench.ExecuteAsync("insert into emulated_offset (run, topic, incarnation, `partition`, end_offset) values (@run, @Topic, @incarnation, 0, @end)", new { run, bench.Topic, incarnation, end });
    }

    // the broker expires whole batches
    private static async Task OneBatchEachAsync(DrainBench bench, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await bench.ProduceAsync(1, Values[i]);
        }
    }
}
