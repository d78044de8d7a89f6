using System.Diagnostics;
using PinScheduler.Database;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>Several drains of one topic: each takes the partitions that are free, and waits for the rest at its end.</summary>
public class DrainShareTests
{
    private static readonly string[] Values = [.. Enumerable.Range(0, 30).Select(number => $"{{\"index\":{number}}}")];

    [Fact]
    public async Task Run_TakesWhatIsFreeFirst_AndTheRestWhenItIsGivenUp()
    {
        await using var bench = await CreateAsync();
        Task<StageResult> draining;
        await using (await HoldAsync(bench, 1))
        {
            draining = bench.DrainAsync();
            await UntilAsync(async () => (await bench.RowsAsync()).Count == 2);
            Assert.Equal([0, 2], (await bench.RowsAsync()).Select(row => row.Partition));
            Assert.False(draining.IsCompleted);
        }

        Assert.Equal(90, (await draining).Counts["records"]);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_IsContentWithWhatAnotherHasDone_UpToWhereTheTopicEndedForIt()
    {
        await using var bench = await CreateAsync();
        await using var other = bench.Beside();
        Task<StageResult> first, second;
        await using (await HoldAsync(bench, 1))
        {
            first = bench.DrainAsync(run: 1);
            await UntilAsync(async () => (await bench.RowsAsync()).Count == 2);
            // the other sees more of partition 1 than the first has to wait for
            await bench.ProduceAsync(1, Values);
            second = other.DrainAsync(run: 2);
        }

        var results = await Task.WhenAll(first, second);

        Assert.Equal(120, results.Sum(result => result.Counts["records"]));
        Assert.InRange(results[0].Counts["records"], 60, 90);
        await bench.AssertEverythingLandedAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Run_LandsEachOffsetOnce_WhenTwoServersDrainAtOnce(int firstRun)
    {
        await using var bench = await CreateAsync(("Pipeline:MaxFileBytes", "100"));
        await using var other = bench.Beside();
        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(bench.DrainAsync(firstRun), other.DrainAsync(3 - firstRun), bench.ProduceAsync(round % 3, Values));
        }

        await bench.DrainAsync(run: 3);
        await bench.AssertEverythingLandedAsync();
    }

    private static async Task<DrainBench> CreateAsync(params (string Key, string Value)[] settings)
    {
        var bench = await DrainBench.CreateAsync(settings: settings);
        for (var partition = 0; partition < 3; partition++)
        {
            await bench.ProduceAsync(partition, Values);
        }

        return bench;
    }

    private static async Task<NamedLock> HoldAsync(DrainBench bench, int partition)
    {
        var incarnation = (await bench.Get<PinScheduler.Kafka.TopicCatalog>().RefreshAsync(default))[bench.Topic].Incarnation;
        return (await NamedLock.TryTakeAsync(bench.Warehouse, $"drain/{bench.Topic}/{incarnation}/{partition}", TimeSpan.Zero, TimeProvider.System, default))!;
    }

    private static async Task UntilAsync(Func<Task<bool>> happenedAsync)
    {
        for (var waited = Stopwatch.StartNew(); !await happenedAsync(); await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20));
        }
    }
}
