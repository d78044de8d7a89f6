using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Time.Testing;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Schedule;

namespace PinScheduler.Tests.Orchestration.Schedule;

public sealed class ScheduleTicksTests
{
    private static readonly Dictionary<string, string?> NoWorkers = new() { ["Pipeline:Workers:analyze"] = "0", ["Pipeline:Workers:pipeline"] = "0", ["Pipeline:Workers:ingest"] = "0", ["Pipeline:Workers:transform"] = "0" };

    [Fact]
    public async Task Tick_MakesTheDueRunOnce_WhoeverTicksAndHoweverOften()
    {
        var time = Clock("2026-11-21T12:00:00Z");
        var database = MariaDb.CreateDatabase("ticks");
        await using var one = await StartAsync(database, time);
        await using var two = await StartAsync(database, time);
        time.SetUtcNow(At("2026-11-22T03:00:01Z"));

        // two servers with a job each for the one instant, and one of the jobs is delivered twice
        await Task.WhenAll(TickAsync(one, "j1", "2026-11-22T03:00:00Z"), TickAsync(two, "j2", "2026-11-22T03:00:00Z"), TickAsync(two, "j1", "2026-11-22T03:00:00Z"));
        Assert.Equal("2026-11-22 schedule", await RunsAsync(one));
    }

    [Fact]
    public async Task Tick_TakesTheLaterOfBothClocks_WhenTheServersIsBehindHangfires()
    {
        var time = Clock("2026-11-22T02:59:58Z");
        await using var host = await StartAsync(MariaDb.CreateDatabase("clocks"), time);
        await TickAsync(host, "j1", "2026-11-22T03:00:00Z");
        Assert.Equal("2026-11-22 schedule", await RunsAsync(host));
        time.SetUtcNow(At("2026-11-22T03:00:05Z"));
        await TickAsync(host, "j1", "2026-11-22T03:00:00Z");
        Assert.Equal("2026-11-22 schedule", await RunsAsync(host));
    }

    [Fact]
    public async Task Tick_IsTriggerNow_WhenNothingIsDue()
    {
        var time = Clock("2026-11-21T12:00:00Z");
        await using var host = await StartAsync(MariaDb.CreateDatabase("trigger"), time, pipeline => pipeline.Overlap(OverlapPolicy.Allow));
        await TickAsync(host, "j1", "2026-11-21T12:00:00Z");
        time.SetUtcNow(At("2026-11-22T03:00:00Z"));
        await TickAsync(host, "j2", "2026-11-22T03:00:00Z");
        time.SetUtcNow(At("2026-11-22T09:00:00Z"));
        await TickAsync(host, "j3", "2026-11-22T09:00:00Z");
        Assert.Equal("2026-11-21 manual, 2026-11-22 schedule, 2026-11-22 manual", await RunsAsync(host));
    }

    [Fact]
    public async Task Tick_ThatAnotherHasOvertaken_IsNobodysTriggerNow()
    {
        var time = Clock("2026-11-21T12:00:00Z");
        await using var host = await StartAsync(MariaDb.CreateDatabase("overtaken"), time, pipeline => pipeline.Overlap(OverlapPolicy.Allow));
        time.SetUtcNow(At("2026-11-23T03:00:01Z"));
        await TickAsync(host, "of the 23rd", "2026-11-23T03:00:00Z");
        await TickAsync(host, "of the 22nd", "2026-11-22T03:00:00Z");
        Assert.Equal("2026-11-23 schedule", await RunsAsync(host));
    }

    [Theory]
    [InlineData(CatchUpPolicy.Last, "2026-11-24 schedule")]
    [InlineData(CatchUpPolicy.None, "")]
    [InlineData(CatchUpPolicy.All, "2026-11-22 schedule, 2026-11-23 schedule, 2026-11-24 schedule")]
    public async Task Tick_CatchesUp_AsThePolicySays(CatchUpPolicy policy, string expected)
    {
        var time = Clock("2026-11-21T12:00:00Z");
        await using var host = await StartAsync(MariaDb.CreateDatabase("catchup"), time, pipeline => pipeline.CatchUp(policy));
        time.SetUtcNow(At("2026-11-24T08:00:00Z"));
        await TickAsync(host, "j1", "2026-11-24T08:00:00Z");
        Assert.Equal(expected, await RunsAsync(host));
    }

    [Fact]
    public async Task Ticks_MakeOneRunADay_OverBothChangesOfTheClock()
    {
        // at 02:30 in Berlin: on 29 March that time is left out, on 25 October it comes twice
        var time = Clock("2026-03-27T12:00:00Z");
        await using var host = await StartAsync(MariaDb.CreateDatabase("dst"), time, pipeline => pipeline.Overlap(OverlapPolicy.Allow).Schedule("30 2 * * *", "Europe/Berlin"));
        await TickAtAsync("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
        Assert.Equal("2026-03-28 schedule, 2026-03-29 schedule, 2026-03-30 schedule", await RunsAsync(host));

        await host.ExecuteAsync("delete from run; update pipeline_state set last_scheduled_at = '2026-10-23 12:00:00', scheduled_from = '2026-10-23 12:00:00'");
        await TickAtAsync("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        Assert.Equal("2026-10-24 schedule, 2026-10-25 schedule, 2026-10-26 schedule", await RunsAsync(host));

        async Task TickAtAsync(params string[] instants)
        {
            // what Hangfire itself goes by
            var expected = host.Get<PinScheduler.Orchestration.Graph.PipelineCatalog>().Get("nightly").Schedule.Between(At(instants[0]).UtcDateTime.AddHours(-12), At(instants[^1]).UtcDateTime);
            Assert.Equal(instants.Select(instant => At(instant).UtcDateTime), expected);
            foreach (var instant in instants)
            {
                await TickAsync(host, instant, instant);
            }
        }
    }

    [Fact]
    public async Task Tick_RecordsTheInstantAsSkipped_WhileThePipelineIsPaused()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2035-01-01T12:00:00Z"));
        await using var host = await StartAsync(MariaDb.CreateDatabase("paused"), time);
        await host.Get<PipelinePause>().PauseAsync("nightly", "Ada", "disk is being changed", null, default);
        time.SetUtcNow(At("2035-01-02T03:00:00Z"));
        await TickAsync(host, "j1", "2035-01-02T03:00:00Z");
        Assert.Equal("skipped: the pipeline was paused by Ada: disk is being changed", await host.QueryAsync<string>("select concat(state, ': ', reason) from run"));
        await host.Get<PipelinePause>().ResumeAsync("nightly", default);
        time.SetUtcNow(At("2035-01-03T03:00:00Z"));
        await TickAsync(host, "j2", "2035-01-03T03:00:00Z");
        Assert.Equal("2035-01-02 schedule, 2035-01-03 schedule", await RunsAsync(host));
    }

    [Fact]
    public async Task Tick_SkipsWhatFellIntoAPause_ThatEndedByItselfBeforeAnybodyLooked()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2035-01-01T12:00:00Z"));
        await using var host = await StartAsync(MariaDb.CreateDatabase("pauseends"), time);
        await host.Get<PipelinePause>().PauseAsync("nightly", "Ada", "disk is being changed", At("2035-01-03T03:00:00Z").UtcDateTime, default);
        // the server was away for the instants of the 2nd, in the pause, and of the 3rd, at its end
        time.SetUtcNow(At("2035-01-03T08:00:00Z"));
        await TickAsync(host, "j1", "2035-01-03T08:00:00Z");
        Assert.Equal("2035-01-02 skipped: the pipeline was paused by Ada until 2035-01-03T03:00:00Z: disk is being changed, 2035-01-03 running", await host.QueryAsync<string>(
            "select group_concat(concat(logical_date, ' ', state, coalesce(concat(': ', reason), '')) order by scheduled_for separator ', ') from run"));
    }

    [Fact]
    public async Task Tick_StartsNothing_OfBeforeAPauseDuringIt()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2035-01-01T12:00:00Z"));
        await using var host = await StartAsync(MariaDb.CreateDatabase("pauselate"), time);
        await host.Get<PipelinePause>().PauseAsync("nightly", null, null, null, default);
        await host.ExecuteAsync("update pipeline_state set paused_at = '2035-01-02 07:00:00'");
        time.SetUtcNow(At("2035-01-02T08:00:00Z"));
        await TickAsync(host, "j1", "2035-01-02T08:00:00Z");
        Assert.Equal("2035-01-02 skipped: the pipeline was paused by somebody", await host.QueryAsync<string>("select concat(logical_date, ' ', state, ': ', reason) from run"));
    }

    [Fact]
    public async Task RecurringJobs_ShowTheScheduleAndEachStage_AndTriggerNowStartsARun()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("recurring"), pipeline =>
        {
            pipeline.Schedule("0 3 * * *", "Europe/Berlin");
            pipeline.Add("topics", stage: "topics");
            pipeline.Add("drain-pin", stage: "drain").After("topics");
            pipeline.Add("drain-geo", stage: "drain").After("topics");
        });
        using (var connection = host.Storage.GetConnection())
        {
            var jobs = connection.GetRecurringJobs().ToDictionary(job => job.Id);
            Assert.Equal(["nightly", "nightly.drain", "nightly.topics"], jobs.Keys.Order());
            Assert.Equal(("0 3 * * *", "Europe/Berlin", "pipeline"), (jobs["nightly"].Cron, jobs["nightly"].TimeZoneId, jobs["nightly"].Job.Queue));
            Assert.NotNull(jobs["nightly"].NextExecution);
            Assert.Null(jobs["nightly.drain"].NextExecution);
        }

        var manager = new RecurringJobManager(host.Storage);
        manager.Trigger("nightly.drain");
        var drained = await host.WaitForEndAsync(await FirstRunAsync(host, 1));
        Assert.Equal("manual succeeded: skipped succeeded succeeded", $"{drained.Trigger} {drained.State}: {string.Join(' ', drained.Tasks!.Select(task => task.State))}");
        manager.Trigger("nightly");
        Assert.Equal("succeeded", (await host.WaitForEndAsync(await FirstRunAsync(host, 2))).State);
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from HangfireState where Data like '%\"default\"%'"));
    }

    private static async Task<long> FirstRunAsync(OrchestrationHost host, long run)
    {
        for (var i = 0; i < 1000 && await host.QueryAsync<int>("select count(*) from run where id >= @run", new { run }) == 0; i++)
        {
            await Task.Delay(10);
        }

        return run;
    }

    private static FakeTimeProvider Clock(string now) => new(At(now)) { AutoAdvanceAmount = TimeSpan.Zero };

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);

    private static Task<OrchestrationHost> StartAsync(string database, FakeTimeProvider time, Action<PipelineBuilder>? more = null) => OrchestrationHost.StartAsync(database, pipeline =>
    {
        pipeline.Schedule("0 3 * * *").Add("a");
        more?.Invoke(pipeline);
    }, time, NoWorkers);

    private static Task TickAsync(OrchestrationHost host, string job, string firedFor) => host.Get<ScheduleTicks>().TickAsync("nightly", job, At(firedFor).UtcDateTime, default);

    private static async Task<string> RunsAsync(OrchestrationHost host) =>
        await host.QueryAsync<string?>("select group_concat(concat(logical_date, ' ', `trigger`) order by id separator ', ') from run") ?? "";
}
