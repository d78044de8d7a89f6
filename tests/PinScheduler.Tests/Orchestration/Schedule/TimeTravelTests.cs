using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Schedule;

namespace PinScheduler.Tests.Orchestration.Schedule;

/// <summary>A server lives through days that clocks and calendars make difficult, looking every quarter of an hour, as Hangfire does more often.</summary>
public sealed class TimeTravelTests
{
    private static readonly Dictionary<string, string?> NoWorkers = TaskQueue.All.ToDictionary(queue => $"Pipeline:Workers:{queue}", _ => (string?)"0");

    [Theory]
    // local times that are left out or come twice
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00Z", "2026-03-30T12:00Z", "03-28 03-29 03-30")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-23T12:00Z", "2026-10-26T12:00Z", "10-24 10-25 10-26")]
    [InlineData("30 2 * * *", "America/New_York", "2026-03-06T18:00Z", "2026-03-09T18:00Z", "03-07 03-08 03-09")]
    [InlineData("30 1 * * *", "America/New_York", "2026-10-30T18:00Z", "2026-11-02T18:00Z", "10-31 11-01 11-02")]
    // half an hour is added and taken away
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T02:00Z", "2026-10-05T02:00Z", "10-03 10-04 10-05")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-03T02:00Z", "2026-04-06T02:00Z", "04-04 04-05 04-06")]
    [InlineData("30 3 * * *", "Pacific/Apia", "2020-09-25T12:00Z", "2020-09-28T12:00Z", "09-26 09-27 09-28")]
    [InlineData("30 3 * * *", "Pacific/Apia", "2021-04-01T12:00Z", "2021-04-04T12:00Z", "04-02 04-03 04-04")]
    // there was no 30 December 2011
    [InlineData("0 3 * * *", "Pacific/Apia", "2011-12-28T12:00Z", "2011-12-31T12:00Z", "12-28 12-29 12-31")]
    [InlineData("0 3 * * *", "UTC", "2028-02-27T12:00Z", "2028-03-02T12:00Z", "02-28 02-29 03-01 03-02")]
    [InlineData("0 3 * * *", "UTC", "2027-02-27T12:00Z", "2027-03-02T12:00Z", "02-28 03-01 03-02")]
    [InlineData("0 3 29 2 *", "UTC", "2028-02-27T12:00Z", "2028-03-02T12:00Z", "02-29")]
    [InlineData("59 23 * * *", "Europe/Berlin", "2026-12-30T12:00Z", "2027-01-02T12:00Z", "12-30 12-31 01-01")]
    [InlineData("0 0 * * *", "America/New_York", "2026-12-30T12:00Z", "2027-01-02T12:00Z", "12-31 01-01 01-02")]
    public async Task NightlyRun_HappensOnceADay(string cron, string zone, string from, string to, string expected)
    {
        var time = Clock(from);
        await using var host = await StartAsync(time, cron, zone);
        await LiveAsync(host, time, At(to));
        Assert.Equal(expected, await DatesAsync(host));
    }

    [Theory]
    [InlineData("2026-03-28T23:30Z", "2026-03-29T22:30Z", 23)]
    [InlineData("2026-10-24T22:30Z", "2026-10-25T23:30Z", 25)]
    public async Task HourlyRun_HappensOnceForEachHourThatPasses(string from, string to, int hours)
    {
        var time = Clock(from);
        await using var host = await StartAsync(time, "0 * * * *", "Europe/Berlin");
        await LiveAsync(host, time, At(to));
        Assert.Equal((hours, hours), (await host.QueryAsync<int>("select count(*) from run"), await host.QueryAsync<int>("select count(distinct scheduled_for) from run")));
    }

    [Fact]
    public async Task ClockThatJumpsBackAnHour_MakesNoSecondRun()
    {
        var time = Clock("2026-11-21T12:00Z");
        await using var host = await StartAsync(time, "0 * * * *", "UTC");
        await LiveAsync(host, time, At("2026-11-21T15:10Z"));
        time.AdjustTime(At("2026-11-21T14:10Z"));
        // Hangfire has made its jobs for 15:00 already, or makes one more: it goes by the same clock
        await host.Get<ScheduleTicks>().TickAsync("nightly", "again", At("2026-11-21T15:00Z").UtcDateTime, default);
        await LiveAsync(host, time, At("2026-11-21T16:10Z"));
        Assert.Equal("13:00 14:00 15:00 16:00", await host.QueryAsync<string>("select group_concat(date_format(scheduled_for, '%H:%i') order by id separator ' ') from run"));
    }

    [Theory]
    [InlineData(CatchUpPolicy.All, "10-20 10-21 10-22 10-23 10-24 10-25 10-26 10-27", "10-28")]
    [InlineData(CatchUpPolicy.Last, "10-20 10-27", "10-28")]
    [InlineData(CatchUpPolicy.None, "10-20", "10-28")]
    public async Task ServerThatWasDownForAWeek_CatchesUpAsThePolicySays(CatchUpPolicy policy, string expected, string next)
    {
        // the week in which Berlin's clock goes back
        var time = Clock("2026-10-19T12:00Z");
        var database = MariaDb.CreateDatabase("week");
        await using (var before = await StartAsync(time, "30 2 * * *", "Europe/Berlin", policy, database))
        {
            await LiveAsync(before, time, At("2026-10-20T12:00Z"));
        }

        time.SetUtcNow(At("2026-10-27T12:00Z"));
        await using var after = await StartAsync(time, "30 2 * * *", "Europe/Berlin", policy, database);
        // what Hangfire does for a recurring job that has missed its instants: one job, now
        await after.Get<ScheduleTicks>().TickAsync("nightly", "catch up", time.GetUtcNow().UtcDateTime, default);
        Assert.Equal(expected, await DatesAsync(after));
        await LiveAsync(after, time, At("2026-10-28T12:00Z"));
        Assert.Equal($"{expected} {next}", await DatesAsync(after));
    }

    private static async Task LiveAsync(OrchestrationHost host, FakeTimeProvider time, DateTimeOffset until)
    {
        var schedule = host.Get<PipelineCatalog>().Get("nightly").Schedule;
        for (var seen = time.GetUtcNow(); time.GetUtcNow() < until;)
        {
            time.SetUtcNow(time.GetUtcNow().AddMinutes(15));
            foreach (var instant in schedule.Between(seen.UtcDateTime, time.GetUtcNow().UtcDateTime))
            {
                // two servers see it
                await host.Get<ScheduleTicks>().TickAsync("nightly", $"one {instant:O}", instant, default);
                await host.Get<ScheduleTicks>().TickAsync("nightly", $"two {instant:O}", instant, default);
            }

            seen = time.GetUtcNow();
        }
    }

    private static Task<OrchestrationHost> StartAsync(FakeTimeProvider time, string cron, string zone, CatchUpPolicy policy = CatchUpPolicy.Last, string? database = null) =>
        OrchestrationHost.StartAsync(database ?? MariaDb.CreateDatabase("travel"), pipeline => pipeline.Schedule(cron, zone).CatchUp(policy).Add("a"), time, NoWorkers);

    private static FakeTimeProvider Clock(string now) => new(At(now));

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    private static async Task<string> DatesAsync(OrchestrationHost host) => await host.QueryAsync<string?>("select group_concat(date_format(logical_date, '%m-%d') order by id separator ' ') from run") ?? "";
}
