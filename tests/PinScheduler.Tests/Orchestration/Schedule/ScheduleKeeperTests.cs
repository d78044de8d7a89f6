using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Time.Testing;
using PinScheduler.Orchestration.Schedule;

namespace PinScheduler.Tests.Orchestration.Schedule;

/// <summary>The clock stands still, so that nobody keeps a schedule but by the calls here.</summary>
public sealed class ScheduleKeeperTests
{
    private const string Nine = "2026-11-22T09:00:00Z";

    [Fact]
    public async Task Schedule_IsOfTheServerThatStartedLast_AsLongAsItLives()
    {
        var database = MariaDb.CreateDatabase("keeper");
        await using var first = await StartAsync(database, "0 3 * * *");
        await using var last = await StartAsync(database, "30 9 * * *");

        await KeepAsync(last);
        await KeepAsync(first);

        Assert.Equal("30 9 * * *", CronOf(first));
        // and the other one tells what will be
        Assert.Equal(("30 9 * * *", "2026-11-22T09:30:00Z"), await ShownAsync(first));

        await first.ExecuteAsync("update pipeline_state set scheduled_at = utc_timestamp(6) - interval 61 second");
        await KeepAsync(first);
        Assert.Equal("0 3 * * *", CronOf(first));
        Assert.Equal(("0 3 * * *", "2026-11-23T03:00:00Z"), await ShownAsync(first));

        // who came back late lets it be
        await KeepAsync(last);
        Assert.Equal("0 3 * * *", CronOf(last));
    }

    [Fact]
    public async Task Schedule_OfAServerThatWasStopped_IsTheOthersAtOnce()
    {
        var database = MariaDb.CreateDatabase("stopped");
        await using var first = await StartAsync(database, "0 3 * * *");
        await (await StartAsync(database, "30 9 * * *")).DisposeAsync();

        await KeepAsync(first);

        Assert.Equal("0 3 * * *", CronOf(first));
    }

    [Fact]
    public async Task Tick_OfAScheduleThatAnotherServerSet_MakesItsRun()
    {
        var database = MariaDb.CreateDatabase("others");
        var time = new FakeTimeProvider(At(Nine));
        await using var first = await StartAsync(database, "0 3 * * *", time);
        await using var last = await StartAsync(database, "30 9 * * *");
        time.SetUtcNow(At("2026-11-22T09:30:01Z"));

        await first.Get<ScheduleTicks>().TickAsync("nightly", "j1", At("2026-11-22T09:30:00Z").UtcDateTime, default);

        Assert.Equal("schedule 2026-11-22 09:30:00", await first.QueryAsync<string>("select concat(`trigger`, ' ', date_format(scheduled_for, '%Y-%m-%d %H:%i:%s')) from run"));
    }

    [Fact]
    public async Task RecurringJob_ThatSomebodyRemoved_ComesBack()
    {
        await using var host = await StartAsync(MariaDb.CreateDatabase("removed"), "0 3 * * *");
        new RecurringJobManager(host.Storage).RemoveIfExists("nightly");

        await KeepAsync(host);

        Assert.Equal("0 3 * * *", CronOf(host));
    }

    [Fact]
    public async Task Keeping_ChangesNothing_WhereAllIsAsItShouldBe()
    {
        await using var host = await StartAsync(MariaDb.CreateDatabase("kept"), "0 3 * * *");
        using var connection = host.Storage.GetConnection();
        var before = connection.GetAllEntriesFromHash("recurring-job:nightly");
        var from = await host.QueryAsync<DateTime>("select scheduled_from from pipeline_state");
        await host.ExecuteAsync("update pipeline_state set scheduled_at = utc_timestamp(6) - interval 61 second");

        await KeepAsync(host);

        Assert.Equal(before, connection.GetAllEntriesFromHash("recurring-job:nightly"));
        Assert.Equal(from, await host.QueryAsync<DateTime>("select scheduled_from from pipeline_state"));
        Assert.Equal(1, await host.QueryAsync<int>("select count(*) from pipeline_state where scheduled_at > utc_timestamp(6) - interval 30 second"));
    }

    private static Task<OrchestrationHost> StartAsync(string database, string cron, FakeTimeProvider? time = null) => OrchestrationHost.StartAsync(
        database, pipeline => pipeline.Schedule(cron).Add("a"), time ?? new FakeTimeProvider(At(Nine)),
        new() { ["Pipeline:Workers:pipeline"] = "0", ["Pipeline:Workers:ingest"] = "0", ["Pipeline:Workers:transform"] = "0", ["Pipeline:Workers:analyze"] = "0" });

    private static Task KeepAsync(OrchestrationHost host) => host.Get<ScheduleKeeper>().RunOnceAsync(default);

    private static string CronOf(OrchestrationHost host)
    {
        using var connection = host.Storage.GetConnection();
        return connection.GetRecurringJobs().Single(job => job.Id == "nightly").Cron;
    }

    private static async Task<(string? Cron, string? Next)> ShownAsync(OrchestrationHost host)
    {
        var shown = (await host.Http.GetFromJsonAsync<JsonElement>("/api/pipelines")).EnumerateArray().Single();
        return (shown.GetProperty("schedule").GetString(), shown.GetProperty("nextRunAt").GetString());
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
