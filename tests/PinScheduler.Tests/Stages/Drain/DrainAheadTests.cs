using System.Diagnostics;
using PinScheduler.Database;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain;

namespace PinScheduler.Tests.Stages.Drain;

public class DrainAheadTests
{
    private static readonly string[] Values = [.. Enumerable.Range(0, 20).Select(number => $"{{\"index\":{number}}}")];

    [Fact]
    public async Task RunOnce_DrainsTheTopic_WhenAPartitionIsHalfFull()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Pipeline:TimeZone", "Pacific/Kiritimati"));
        await bench.ProduceAsync(1, Values);
        var ledger = bench.Get<AcceptedLedger>();
        ledger.Of(bench.Topic).Add(1, 19, AcceptedLedger.RoomBytes / 2 - 1);

        await bench.Get<DrainAhead>().RunOnceAsync(default);
        Assert.Empty(await bench.RowsAsync());
        ledger.Of(bench.Topic).Add(1, 19, 1);
        await bench.Get<DrainAhead>().RunOnceAsync(default);

        var row = Assert.Single(await bench.RowsAsync());
        Assert.Null(row.Run);
        Assert.Equal($"{bench.Topic}/2026-11-23/{bench.Topic}+1+00000000000000000000.json", row.Path);
        Assert.Equal(0, ledger.Pending(bench.Topic, 1).Records);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_CountsAsItsOwn_WhatWasDrainedAhead()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(1, Values);
        await bench.Get<DrainAhead>().DrainLeftoversAsync(default);
        await bench.ProduceAsync(1, Values[..3]);

        var result = await bench.DrainAsync(run: 9);
        var next = await bench.DrainAsync(run: 10);

        Assert.Equal((23, 23, 2), (result.Counts["read"], result.Counts["records"], result.Counts["files"]));
        Assert.All(await bench.RowsAsync(), row => Assert.Equal(9, row.Run));
        Assert.Equal(0, next.Counts["records"]);
    }

    [Fact]
    public async Task Run_WarnsOfTheGap_ThatWasFoundAhead()
    {
        await using var bench = await DrainBench.CreateAsync();
        foreach (var value in Values[..6])
        {
            await bench.ProduceAsync(1, value);
        }

        await Kafka.EmbeddedBroker.Shared.DeleteRecordsAsync(bench.Topic, 1, 2);
        await bench.Get<DrainAhead>().DrainLeftoversAsync(default);

        Assert.Equal(4, (await bench.DrainAsync(run: 9)).Counts["records"]);

        Assert.Contains("offsets 0 to 1 expired", Assert.Single(bench.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DrainsWhatAnEarlierServerAccepted()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Values);

        await bench.Get<DrainAhead>().StartAsync(default);

        await bench.AssertEverythingLandedAsync();
        await bench.Get<DrainAhead>().StopAsync(default);
    }

    [Fact]
    public async Task Loop_DrainsAhead_WhileTheServerRuns()
    {
        await using var bench = await DrainBench.CreateAsync();
        var ahead = bench.Get<DrainAhead>();
        await ahead.StartAsync(default);
        await bench.ProduceAsync(0, Values);
        bench.Get<AcceptedLedger>().Of(bench.Topic).Add(0, 19, AcceptedLedger.RoomBytes);

        for (var waited = Stopwatch.StartNew(); (await bench.RowsAsync()).Count == 0; await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10));
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await ahead.StopAsync(default);
    }

    [Fact]
    public async Task Stop_DrainsWhatIsLeft_SoThatTheBrokerMayEnd()
    {
        await using var bench = await DrainBench.CreateAsync();
        var ahead = bench.Get<DrainAhead>();
        await ahead.StartAsync(default);
        await bench.ProduceAsync(0, Values);

        await ahead.StopAsync(default);

        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task StartAndStop_LeaveTheTopicAlone_WhenTheBrokerIsNotEmbedded()
    {
        await using var bench = await DrainBench.CreateAsync(settings: ("Kafka:Embedded", "false"));
        var ahead = bench.Get<DrainAhead>();
        await bench.ProduceAsync(0, Values);

        await ahead.StartAsync(default);
        await ahead.StopAsync(default);

        Assert.Empty(await bench.RowsAsync());
    }

    [Fact]
    public async Task RunOnce_LeavesItToTheTask_WhenOneIsDraining()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Values);
        bench.Get<AcceptedLedger>().Of(bench.Topic).Add(0, 19, AcceptedLedger.RoomBytes);
        var claims = 0;
        bench.OnStep = step =>
        {
            claims += step == LandingStep.Claimed ? 1 : 0;
            if (step == LandingStep.FolderFlushed)
            {
                bench.Get<DrainAhead>().RunOnceAsync(default).GetAwaiter().GetResult();
            }
        };

        await bench.DrainAsync(run: 1);

        Assert.Equal(1, claims);
        Assert.Equal(1, Assert.Single(await bench.RowsAsync()).Run);
    }

    [Fact]
    public async Task DrainLeftovers_RecordsNothing_WhenAnotherServerDrainsAheadMeanwhile()
    {
        await using var bench = await DrainBench.CreateAsync();
        await bench.ProduceAsync(0, Values);
        bench.OnStep = step =>
        {
            if (step == LandingStep.FolderFlushed)
            {
                bench.Warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"topic/{bench.Topic}"), default).GetAwaiter().GetResult();
            }
        };

        await bench.Get<DrainAhead>().DrainLeftoversAsync(default);

        Assert.Empty(await bench.RowsAsync());
    }
}
