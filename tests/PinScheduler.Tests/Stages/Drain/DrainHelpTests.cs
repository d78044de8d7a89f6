using System.Diagnostics;
using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Stages.Drain.Sharing;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>A drain with much before it, of which another server takes partitions while it is at work.</summary>
public class DrainHelpTests
{
    private const int Partitions = 6;
    private static readonly (string Key, string Value)[] Sharing = [("Kafka:Embedded", "false"), ("Pipeline:ShareFrom", "10")];
    private static readonly string[] Values = [.. Enumerable.Range(0, 30).Select(number => $"{{\"index\":{number}}}")];

    [Fact]
    public async Task AnotherServer_TakesPartitions_ThatCountAsTheRuns()
    {
        await using var bench = await CreateAsync();
        await using var other = bench.Beside(settings: Sharing);
        using var helped = new ManualResetEventSlim();
        var held = 0;
        // the first portion is consumed only when the other server has had a part
        bench.OnStep = step =>
        {
            if (step == LandingStep.EndsNoted && Interlocked.Exchange(ref held, 1) == 0)
            {
                Assert.True(helped.Wait(TimeSpan.FromSeconds(30)));
            }
        };

        var draining = bench.DrainAsync(run: 7);
        await HelpUntilAsync(other, async () => (await bench.RowsAsync()).Count == Partitions - 1);
        Assert.All(await bench.RowsAsync(), row => Assert.Equal(7, row.Run));
        helped.Set();

        Assert.Equal(Partitions * Values.Length, (await draining).Counts["records"]);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task AnotherServer_DrainsNoFurther_ThanTheTaskWould()
    {
        await using var bench = await CreateAsync();
        await using var other = bench.Beside(settings: Sharing);
        using var helped = new ManualResetEventSlim();
        bench.OnStep = step => Assert.True(step != LandingStep.EndsNoted || helped.Wait(TimeSpan.FromSeconds(30)));

        var draining = bench.DrainAsync();
        await UntilAsync(async () => (await OffersOf(other).OpenAsync(default)).Count == 1);
        for (var partition = 0; partition < Partitions; partition++)
        {
            await bench.ProduceAsync(partition, Values);
        }

        await HelpUntilAsync(other, async () => (await bench.RowsAsync()).Count == Partitions - 1);
        Assert.All(await bench.RowsAsync(), row => Assert.Equal(Values.Length - 1, row.LastOffset));
        helped.Set();

        Assert.Equal(Partitions * Values.Length, (await draining).Counts["records"]);
    }

    [Fact]
    public async Task AnOffer_EndsWithItsDrain()
    {
        await using var bench = await CreateAsync();
        await using var other = bench.Beside(settings: Sharing);
        await bench.DrainAsync();

        Assert.Empty(await OffersOf(other).OpenAsync(default));
        Assert.Single(await bench.QueryAsync<string>("select fence from drain_offer"));
    }

    [Fact]
    public async Task AServer_TakesNothingOfItsOwnOffer()
    {
        await using var bench = await CreateAsync();
        var seen = -1;
        bench.OnStep = step => seen = step == LandingStep.Claimed ? OffersOf(bench).OpenAsync(default).GetAwaiter().GetResult().Count : seen;
        await bench.DrainAsync();

        Assert.Equal(0, seen);
    }

    [Fact]
    public async Task AServer_WithoutWorkersForDraining_TakesNothing()
    {
        await using var bench = await CreateAsync();
        await using var other = bench.Beside(settings: Sharing);
        other.Ingests = false;
        var took = false;
        bench.OnStep = step =>
        {
            if (step == LandingStep.Claimed)
            {
                other.Get<DrainHelp>().RunOnceAsync(default).GetAwaiter().GetResult();
                took |= !other.Get<DrainHelp>().IsIdle;
            }
        };

        Assert.Equal(Partitions * Values.Length, (await bench.DrainAsync()).Counts["records"]);
        Assert.False(took);
    }

    [Theory]
    [InlineData("Kafka:Embedded", "true")]
    [InlineData("Pipeline:ShareFrom", "181")]
    public async Task ADrain_OffersNothing_WhereNobodyCouldOrNeed(string key, string value)
    {
        await using var bench = await CreateAsync((key, value));
        await bench.DrainAsync();

        Assert.Empty(await bench.QueryAsync<string>("select fence from drain_offer"));
    }

    [Fact]
    public async Task ADrain_OffersNothing_WhereItIsAlone()
    {
        await using var bench = await CreateAsync();
        bench.IngestServers = 1;
        await bench.DrainAsync();

        Assert.Empty(await bench.QueryAsync<string>("select fence from drain_offer"));
    }

    // whoever is stopped in the middle of a partition has recorded nothing of it
    [Theory]
    [InlineData(nameof(LandingStep.Claimed))]
    [InlineData(nameof(LandingStep.FolderFlushed))]
    [InlineData(nameof(LandingStep.BeforeCommit))]
    [InlineData(nameof(LandingStep.AfterCommit))]
    [InlineData(nameof(LandingStep.BeforeGroupCommit))]
    public async Task TheTask_DrainsWhatAHelper_DiedOf(string where)
    {
        await using var bench = await CreateAsync();
        await using var other = bench.Beside(settings: Sharing);
        using var died = new ManualResetEventSlim();
        bench.OnStep = step => Assert.True(step != LandingStep.EndsNoted || died.Wait(TimeSpan.FromSeconds(30)));
        other.OnStep = step =>
        {
            if (step.ToString() == where)
            {
                died.Set();
                throw new InvalidOperationException("the process dies here");
            }
        };

        var draining = bench.DrainAsync();
        await HelpUntilAsync(other, () => Task.FromResult(died.IsSet));

        Assert.Equal(Partitions * Values.Length, (await draining).Counts["records"]);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task TheTask_GoesOnWithoutAHelperThatHangs_AndThatOneRecordsNothingWhenItComesBack()
    {
        await using var bench = await CreateAsync();
        await using var other = bench.Beside(settings: Sharing);
        using var hangs = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        bench.OnStep = step => Assert.True(step != LandingStep.EndsNoted || hangs.Wait(TimeSpan.FromSeconds(30)));
        var once = 0;
        other.OnStep = step =>
        {
            if (step == LandingStep.FolderFlushed && Interlocked.Exchange(ref once, 1) == 0)
            {
                hangs.Set();
                Assert.True(goesOn.Wait(TimeSpan.FromSeconds(60)));
            }
        };

        var draining = bench.DrainAsync();
        await HelpUntilAsync(other, () => Task.FromResult(hangs.IsSet));
        await UntilAsync(() =>
        {
            bench.Time.Advance(TimeSpan.FromMinutes(2));
            return Task.FromResult(draining.IsCompleted);
        });

        Assert.Equal(Partitions * Values.Length, (await draining).Counts["records"]);
        var recorded = await bench.RowsAsync();
        goesOn.Set();
        await HelpUntilAsync(other, () => Task.FromResult(other.Get<DrainHelp>().IsIdle));
        Assert.Equal(recorded, await bench.RowsAsync());
    }

    private static DrainOffers OffersOf(DrainBench bench) => bench.Get<DrainOffers>();

    private static async Task<DrainBench> CreateAsync(params (string Key, string Value)[] settings)
    {
        var bench = await DrainBench.CreateAsync(Partitions, settings: [.. Sharing.Where(one => settings.All(other => other.Key != one.Key)), .. settings]);
        bench.IngestServers = 2;
        for (var partition = 0; partition < Partitions; partition++)
        {
            await bench.ProduceAsync(partition, Values);
        }

        return bench;
    }

    private static Task HelpUntilAsync(DrainBench bench, Func<Task<bool>> happenedAsync) => UntilAsync(async () =>
    {
        await bench.Get<DrainHelp>().RunOnceAsync(default);
        return await happenedAsync();
    });

    private static async Task UntilAsync(Func<Task<bool>> happenedAsync)
    {
        for (var waited = Stopwatch.StartNew(); !await happenedAsync(); await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60));
        }
    }
}
