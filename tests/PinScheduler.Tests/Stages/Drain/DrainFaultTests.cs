using System.Globalization;
using Confluent.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>A cluster of three of its own, which is taken down, slowed and made to lie; the tests of one class run one after another.</summary>
public sealed class FaultyCluster : IAsyncDisposable
{
    public EmbeddedBroker Broker { get; } = new(brokers: 3);

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}

/// <summary>Whatever the brokers do: in the end every record that they had is in exactly one recorded file.</summary>
public sealed class DrainFaultTests(FaultyCluster cluster) : IClassFixture<FaultyCluster>
{
    private const int Fetch = 1;
    private const int ListOffsets = 2;
    private const int Metadata = 3;
    private static readonly int[] Brokers = [1, 2, 3];
    private static readonly string[] Values = [.. Enumerable.Range(0, 40).Select(number => $"{{\"index\":{number}}}")];

    // as long as nobody asks for more: PINSCHEDULER_TEST_OUTAGE=60 is the long form
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("PINSCHEDULER_TEST_OUTAGE") ?? "1", CultureInfo.InvariantCulture));

    private readonly EmbeddedBroker _broker = cluster.Broker;

    // every record in a batch of its own, so that faults come between them
    private static async Task ProduceAsync(DrainBench bench)
    {
        foreach (var part in Values.Chunk(4))
        {
            await bench.ProduceAsync(0, part);
            await bench.ProduceAsync(1, part);
        }
    }

    [Theory]
    [InlineData("Claimed")]
    [InlineData("EndsNoted")]
    [InlineData("FolderFlushed")]
    public async Task Run_WaitsForTheBrokers_WhenTheyAreAwayForAWhile(string when)
    {
        var patience = (Outage + TimeSpan.FromSeconds(30)).ToString("c", CultureInfo.InvariantCulture);
        await using var bench = await CreateAsync(("Pipeline:MaxFileBytes", "200"), ("Pipeline:BrokerPatience", patience));
        await ProduceAsync(bench);
        var back = Task.CompletedTask;
        Once(bench, when, async () =>
        {
            await AllAsync(number => _broker.TakeDownAsync(number));
            back = BringUpAsync();
        });

        Assert.Equal(80, (await bench.DrainAsync()).Counts["records"]);

        await back;
        await bench.AssertEverythingLandedAsync();

        async Task BringUpAsync()
        {
            await Task.Delay(Outage);
            await AllAsync(number => _broker.BringUpAsync(number));
        }
    }

    [Theory]
    [InlineData("Claimed")]
    [InlineData("EndsNoted")]
    public async Task Run_GivesUpAndKeepsWhatIsRecorded_WhenTheBrokersStayAway(string when)
    {
        await using var bench = await CreateAsync(("Pipeline:MaxFileBytes", "200"), ("Pipeline:BrokerPatience", "00:00:01"));
        await ProduceAsync(bench);
        Once(bench, when, () => AllAsync(number => _broker.TakeDownAsync(number)));
        try
        {
            var failed = await Assert.ThrowsAsync<StageFailedException>(() => bench.DrainAsync());
            Assert.True(failed.Retry);
        }
        finally
        {
            await AllAsync(number => _broker.BringUpAsync(number));
        }

        await bench.DrainAsync(attempt: 2);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_FollowsTheLeader_WhenItMoves()
    {
        await using var bench = await CreateAsync(("Pipeline:MaxFileBytes", "200"));
        await ProduceAsync(bench);
        var moves = 0;
        bench.OnStep = step =>
        {
            if (step is LandingStep.EndsNoted or LandingStep.AfterCommit)
            {
                Wait(_broker.SetLeaderAsync(bench.Topic, 0, (moves % 3) + 1));
                Wait(_broker.SetLeaderAsync(bench.Topic, 1, (++moves % 3) + 1));
            }
        };

        Assert.Equal(80, (await bench.DrainAsync()).Counts["records"]);

        Assert.InRange(moves, 3, 100);
        await bench.AssertEverythingLandedAsync();
    }

    [Fact]
    public async Task Run_IsOnlySlower_WhenTheBrokersAre()
    {
        await using var bench = await CreateAsync();
        await ProduceAsync(bench);
        await AllAsync(number => _broker.DelayAsync(50, number));
        try
        {
            Assert.Equal(80, (await bench.DrainAsync()).Counts["records"]);
        }
        finally
        {
            await AllAsync(number => _broker.DelayAsync(0, number));
        }

        await bench.AssertEverythingLandedAsync();
    }

    // what passes by itself: NETWORK_EXCEPTION, KAFKA_STORAGE_ERROR and so on, and a connection that is cut
    [Theory]
    [InlineData(Fetch, new[] { 2, 3, 5, 6, 7, 8, 9, 13, 56, 74, 75, 78, -195 })]
    [InlineData(ListOffsets, new[] { 3, 5, 6, 7, 13, 56, 78, -195 })]
    [InlineData(Metadata, new[] { 5, 7, 13, -195 })]
    public async Task Run_DrainsAll_WhenRequestsFailForAWhile(int request, int[] errors)
    {
        await using var bench = await CreateAsync(("Pipeline:BrokerPatience", "00:00:20"));
        foreach (var error in errors)
        {
            await ProduceAsync(bench);
            await FailAsync(bench, request, [error, error]);

            var failure = await Record.ExceptionAsync(() => bench.DrainAsync());

            Assert.True(failure is null, $"error {error} of request {request}: {failure}");
            await _broker.ClearErrorsAsync(request);
        }

        await bench.AssertEverythingLandedAsync();
    }

    // what does not: refused, unsupported, invalid
    [Theory]
    [InlineData(Fetch, new[] { -1, 1, 29, 35, 42, 76 })]
    [InlineData(ListOffsets, new[] { -1, 29, 35, 42, 43 })]
    [InlineData(Metadata, new[] { 29, 35, 42 })]
    public async Task Run_LosesNothing_WhenRequestsAreRefused(int request, int[] errors)
    {
        await using var bench = await CreateAsync(("Pipeline:BrokerPatience", "00:00:02"));
        foreach (var error in errors)
        {
            await ProduceAsync(bench);
            await FailAsync(bench, request, [.. Enumerable.Repeat(error, 10)]);

            var failure = await Record.ExceptionAsync(() => bench.DrainAsync());

            Assert.True(failure is null or StageFailedException { Retry: true }, $"error {error} of request {request}: {failure}");
            await _broker.ClearErrorsAsync(request);
            await bench.DrainAsync(attempt: 2);
        }

        await bench.AssertEverythingLandedAsync();
    }

    private Task<DrainBench> CreateAsync(params (string Key, string Value)[] settings) => DrainBench.CreateAsync(partitions: 2, _broker, realTime: true, settings);

    private async Task FailAsync(DrainBench bench, int request, int[] errors)
    {
        if (request != Fetch)
        {
            await _broker.PushErrorsAsync(request, errors);
            return;
        }

        // a consumer that is at work, not one that is being made
        Once(bench, nameof(LandingStep.EndsNoted), () => _broker.PushErrorsAsync(request, errors));
    }

    private static void Once(DrainBench bench, string when, Func<Task> act) => bench.OnStep = step =>
    {
        if (step.ToString() == when)
        {
            bench.OnStep = static _ => { };
            Wait(act());
        }
    };

    private static Task AllAsync(Func<int, Task> act) => Task.WhenAll(Brokers.Select(act));

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
