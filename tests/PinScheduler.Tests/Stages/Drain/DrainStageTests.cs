using System.Text;
using Confluent.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Drain;

public class DrainStageTests
{
    [Fact]
    public async Task Run_LandsEveryRecordAsItCame_WhenDrainedFirst()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, "{\"index\":1, \"title\" : \"é\\u00e9\"}", "{\"a\":1,\"a\":2}");
        await bench.ProduceAsync(2, "{}");

        var result = await bench.DrainAsync();

        await bench.AssertEverythingLandedAsync();
        Assert.Equal(
            [$"{bench.Topic}/2026-11-22/{bench.Topic}+0+00000000000000000000.json", $"{bench.Topic}/2026-11-22/{bench.Topic}+2+00000000000000000000.json"],
            bench.FilesOnDisk());
        var size = (await bench.RowsAsync()).Sum(row => row.Bytes);
        Assert.Equal(new Dictionary<string, long> { ["read"] = 3, ["records"] = 3, ["deadLetters"] = 0, ["files"] = 2, ["bytes"] = size }, result.Counts);
        Assert.Empty(bench.Warnings);
    }

    [Fact]
    public async Task Run_LandsWhatIsNew_WhenDrainedBefore()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(1, Numbered(0, 50));
        await bench.DrainAsync(run: 1);
        await bench.ProduceAsync(1, Numbered(50, 30));
        await bench.ProduceAsync(0, Numbered(0, 5));

        var second = await bench.DrainAsync(run: 2);
        var third = await bench.DrainAsync(run: 3);

        Assert.Equal(35, second.Counts["records"]);
        Assert.Equal(0, third.Counts["files"]);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_MakesOneLine_WhenAValueStandsOnSeveral()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, "{\n  \"a\" : \"x  \\n y\",\r\n \"b\": [1, 2 ]}\n", "{ \"a\" :  1 }");

        await bench.DrainAsync();

        Assert.Equal(["{\"a\":\"x  \\n y\",\"b\":[1,2]}", "{ \"a\" :  1 }"], bench.ReadData(Assert.Single(await bench.RowsAsync())));
    }

    [Fact]
    public async Task Run_PutsDeadLettersBeside_WhenValuesAreNoObjects()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Pipeline:MaxValueBytes", "1024"));
        var deep = "[" + new string('[', 64) + new string(']', 64) + "]";
        await bench.ProduceAsync(0, "{\"ok\":1}", null, "", " \t", "[1]", "12", "{", "{} x", "NaN", "x{\"a\":" + deep + "}");
        await bench.ProduceAsync(0, [[.. "x{\"a\":\""u8, 0xFF, .. "\"}"u8], Encoding.UTF8.GetBytes("x" + new string('y', 2000))]);
        await bench.ProduceAsync(1, "nothing", "but dead letters");

        var result = await bench.DrainAsync();

        await bench.AssertEverythingLandedAsync();
        Assert.Equal((14, 1, 13, 2), (result.Counts["read"], result.Counts["records"], result.Counts["deadLetters"], result.Counts["files"]));
        Assert.Equal(0, (await bench.RowsAsync())[1].Bytes);
    }

    [Fact]
    public async Task Run_BeginsANewFile_WhenOneIsFull()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Pipeline:MaxFileBytes", "1000"));
        await bench.ProduceAsync(0, Numbered(0, 300));
        await bench.ProduceAsync(1, Enumerable.Repeat<string?>("dead", 100).ToArray());

        await bench.DrainAsync();

        await bench.AssertEverythingLandedAsync();
        var rows = await bench.RowsAsync();
        Assert.InRange(rows.Count(row => row.Partition == 0), 3, 20);
        Assert.InRange(rows.Count(row => row.Partition == 1), 3, 20);
        Assert.All(rows, row => Assert.InRange(row.Bytes, 0, 1100));
    }

    [Fact]
    public async Task Run_StopsWhereTheTopicEndedAtItsStart_WhileOthersProduce()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Numbered(0, 1000));
        using var stop = new CancellationTokenSource();
        var producing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await bench.ProduceAsync(i % 3, Numbered(i, 20));
            }
        });

        for (var run = 1; run <= 3; run++)
        {
            await bench.DrainAsync(run).WaitAsync(TimeSpan.FromSeconds(20));
        }

        await stop.CancelAsync();
        await producing;
        await bench.DrainAsync(run: 4);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_CountsWhatAnEarlierAttemptLanded_WhenDoneAgain()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Numbered(0, 10));
        await bench.DrainAsync(run: 7);
        await bench.ProduceAsync(0, Numbered(10, 4));

        var again = await bench.DrainAsync(run: 7, attempt: 2);

        Assert.Equal((14, 14, 2), (again.Counts["read"], again.Counts["records"], again.Counts["files"]));
    }

    [Fact]
    public async Task Run_FailsAfterAllIsWritten_WhenTooManyAreDead()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Pipeline:MaxDeadLetterShare", "0.01"));
        await bench.ProduceAsync(0, Numbered(0, 9_900));
        await bench.ProduceAsync(1, Enumerable.Repeat<string?>("dead", 100).ToArray());
        Assert.Equal(100, (await bench.DrainAsync(run: 1)).Counts["deadLetters"]);
        await bench.ProduceAsync(1, "dead");

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync(run: 1, attempt: 2));

        Assert.Contains("101 of 10001", failed.Message, StringComparison.Ordinal);
        Assert.False(failed.Retry);
        Assert.Equal(101, failed.Result!.Counts["deadLetters"]);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_SaysSo_WhenThereIsNoTopic()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Kafka:Topics:pin:Name", "no-such-topic"));

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());

        Assert.Contains("'no-such-topic'", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PacksTheFiles_WhenAskedTo_AndLeavesThoseOfBefore()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Pipeline:MaxFileBytes", "5000"));
        await bench.ProduceAsync(0, Numbered(0, 500));
        await bench.DrainAsync(run: 1);
        await using var packing = bench.Beside(settings: ("Pipeline:LandingCompression", "gzip"));
        await bench.ProduceAsync(0, Numbered(500, 2000));
        await bench.ProduceAsync(1, "dead", "letters");

        await packing.DrainAsync(run: 2);

        await bench.AssertEverythingLandedAsync();
        Assert.All(await bench.RowsAsync(), row => Assert.Equal(row.Run == 2, row.Path.EndsWith(".json.gz", StringComparison.Ordinal)));
        Assert.All((await bench.RowsAsync()).Where(row => row.Records > 100), row => Assert.Equal(row.Run == 2, row.DiskBytes < row.Bytes));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Run_LandsRecordsUpToTheBrokersLimit_WhateverTheirCompression(string codec)
    {
        const int Limit = 4 * 1024 * 1024;
        await using var bench = await DrainBench.CreateAsync();
        using var producer = EmbeddedBroker.Shared.Clients(("Kafka:compression.type", codec), ("Kafka:message.max.bytes", $"{Limit}")).CreateProducer<Null, string>(builder => builder);
        var random = new Random(7);
        var large = $"{{\"index\":1,\"title\":\"{string.Create(Limit - 200, random, static (text, random) => random.GetItems("abcdefghijklmnopqrstuvwxyz0123456789", text))}\"}}";
        string[] values = [.. Numbered(0, 500), large, .. Numbered(501, 500)];
        await Task.WhenAll(values.Select(value => producer.ProduceAsync(new TopicPartition(bench.Topic, 0), new Message<Null, string> { Value = value })));

        Assert.Equal(1001, (await bench.DrainAsync()).Counts["records"]);

        Assert.Equal(values, (await bench.RowsAsync()).SelectMany(bench.ReadData));
    }

    [Fact]
    public async Task Run_DrainsAPartitionFromItsBeginning_WhenItWasAddedSinceTheLast()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Numbered(0, 5));
        await bench.DrainAsync(run: 1);
        // as a drain that saw only two partitions would have left it: the embedded broker cannot add any
        await bench.ExecuteAsync("delete from landing_partition where `partition` = 2");
        await bench.ProduceAsync(2, Numbered(5, 5));

        Assert.Equal(5, (await bench.DrainAsync(run: 2)).Counts["records"]);

        await bench.AssertEverythingLandedAsync();
    }

    private static string[] Numbered(int from, int count) => [.. Enumerable.Range(from, count).Select(number => $"{{\"index\":{number}}}")];
}
