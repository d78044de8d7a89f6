using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PinScheduler.Inspection.Topics;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Tests.Kafka;
using PinScheduler.Tests.Stages.Drain;

namespace PinScheduler.Tests.Inspection;

public sealed class LagHistoryTests : ILogger<LagSampler>
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _log = [];

    [Fact]
    public async Task Lag_IsNotedOnceAMinute_HoweverManyServersLook()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 2);
        await bench.ProduceAsync(0, "{}", "{}", "{}", "{}", "{}");
        await bench.DrainAsync();
        await bench.ProduceAsync(1, "{}", "{}", "{}");
        await using var beside = bench.Beside();
        var (sampler, other) = (Sampler(bench), Sampler(beside));

        await Task.WhenAll(sampler.RunOnceAsync(default), other.RunOnceAsync(default), sampler.RunOnceAsync(default), other.RunOnceAsync(default));
        await other.RunOnceAsync(default);

        // a minute may have turned meanwhile
        var rows = await bench.QueryAsync<(DateTime At, string Topic, long End, long Drained, long Lag)>("select sampled_at, topic, end_offset, drained_offset, `lag` from lag_sample");
        Assert.InRange(rows.Count, 3, 6);
        Assert.Equal(rows.Count, rows.DistinctBy(static row => (row.At, row.Topic)).Count());
        Assert.All(rows, row => Assert.Equal(row.Topic == bench.Topic ? (0, 8L, 5L, 3L) : (0, 0L, 0L, 0L), (row.At.Second, row.End, row.Drained, row.Lag)));
        Assert.Empty(_log);
    }

    [Fact]
    public async Task Lag_IsReadByMinute_AndForgottenAfterAWeek()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, "{}", "{}");
        await bench.ExecuteAsync(
            """
            insert into lag_sample select utc_timestamp() - interval minutes.ago minute, @Topic, 100, 100 - minutes.`lag`, minutes.`lag`
            from (select 25 as ago, 7 as `lag` union all select 24, 9 union all select 8640, 1 union all select 10082, 5) minutes
            """, new { bench.Topic });
        await Sampler(bench).RunOnceAsync(default);
        await using var server = await InspectionServer.StartAsync(bench);

        Assert.Equal([2L, 9L, 7L], await LagsAsync("?limit=3"));
        // none is older than a week: that of six days stays
        Assert.Equal([2L, 9L, 7L, 1L], await LagsAsync(""));
        Assert.Empty(await bench.QueryAsync<int>("select `lag` from lag_sample where `lag` = 5"));
        var newest = (await server.GetAsync($"/api/topics/{bench.Topic}/lag?limit=1"))[0];
        Assert.Equal((2, 0), (newest.GetProperty("endOffset").GetInt64(), newest.GetProperty("drainedOffset").GetInt64()));
        Assert.EndsWith("Z", newest.GetProperty("at").GetString(), StringComparison.Ordinal);
        Assert.Equal((404, "There is no topic 'nix'; see the list of topics."), await server.RefusedAsync("/api/topics/nix/lag"));
        Assert.Equal((422, "'limit' is '10081'; it must be a whole number from 1 to 10080."), await server.RefusedAsync($"/api/topics/{bench.Topic}/lag?limit=10081"));

        var steps = (await new LagHistory(bench.Warehouse).StepsAsync(6, 10, default))[bench.Topic].ToList();
        Assert.Equal([(2, 9L), (0, 2L)], steps.Select(static step => (step.Ago, step.Most)));

        // the loop of the server may have noted another minute in between
        async Task<IEnumerable<long>> LagsAsync(string query) => (await server.GetAsync($"/api/topics/{bench.Topic}/lag{query}")).EnumerateArray().Select(static sample => sample.GetProperty("lag").GetInt64()).Distinct();
    }

    [Fact]
    public async Task Lag_HasAGap_WhileKafkaIsAway_AndItIsSaidOnce()
    {
        await using var broker = new EmbeddedBroker();
        await using var bench = await DrainBench.CreateAsync(partitions: 1, broker);
        var sampler = Sampler(bench);
        await broker.TakeDownAsync();
        await sampler.RunOnceAsync(default);
        await sampler.RunOnceAsync(default);
        Assert.Equal((LogLevel.Warning, 0), (Assert.Single(_log).Level, (await bench.QueryAsync<int>("select `lag` from lag_sample")).Count));

        // stopped while it waits for Kafka, it stops
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sampler.RunOnceAsync(stop.Token));

        await broker.BringUpAsync();
        var started = TimeProvider.System.GetTimestamp();
        while ((await bench.QueryAsync<int>("select `lag` from lag_sample")).Count == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(1), "Nothing is noted.");
            await sampler.RunOnceAsync(default);
        }

        Assert.Equal([LogLevel.Warning, LogLevel.Information], _log.Select(static line => line.Level));
        Assert.Contains("answers again", _log.Last().Text, StringComparison.Ordinal);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _log.Enqueue((logLevel, formatter(state, exception)));

    private LagSampler Sampler(DrainBench bench) => new(
        new TopicReader(bench.Get<TopicCatalog>(), bench.Get<LandingStore>(), new TopicRates(TimeProvider.System), bench.Get<IOptions<KafkaOptions>>()), new LagHistory(bench.Warehouse), TimeProvider.System, this);
}
