using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Jobs;

/// <summary>Attempts whose process dies: claimed by hand, and never ended.</summary>
public sealed class LostAttemptTests
{
    private static void Describe(PipelineBuilder pipeline)
    {
        pipeline.Add("a");
        pipeline.Add("b").After("a");
        pipeline.Add("report").After("b").When(TriggerRule.AllDone);
    }

    [Fact]
    public async Task Task_IsGivenUp_WhenItsProcessesDieAgainAndAgain()
    {
        var database = MariaDb.CreateDatabase("dies");
        await using var dying = await OrchestrationHost.StartAsync(database, Describe, settings: new() { ["Pipeline:Workers:analyze"] = "0", ["Pipeline:MaxDeliveries"] = "3" });
        var run = await dying.TriggerAsync();
        var job = await JobAsync(dying, run);
        var claims = new List<TaskClaim>();
        for (var i = 0; i < 3; i++)
        {
            claims.Add(await dying.Get<TaskClaims>().ClaimAsync(run, "a", job, "box:1", default));
        }

        Assert.All(claims, claim => Assert.Equal(Verdict.Granted, claim.Verdict));

        // the fourth delivery, to a server that really works the job
        await using var working = await OrchestrationHost.StartAsync(database, Describe, settings: new() { ["Pipeline:ReconcileIntervalInSeconds"] = "3600", ["Pipeline:MaxDeliveries"] = "3" });
        var view = await working.WaitForEndAsync(run);
        Assert.Equal("failed: failed upstream_failed succeeded", $"{view.State}: {string.Join(' ', view.Tasks!.Select(task => task.State))}");
        Assert.Contains("3 attempts in a row ended without a word", view.Tasks![0].Error);
        Assert.Equal(["lost", "lost", "lost"], view.Tasks[0].History.Select(attempt => attempt.State));
        await working.WaitForNoneAsync($"select count(*) from HangfireJob where Id = {job} and StateName <> 'Failed'");
        Assert.Null(await dying.Get<TaskOutcomes>().SucceedAsync(claims[2], TestStage.Nothing));
        await Assert.ThrowsAsync<PinScheduler.Database.FenceLostException>(() => dying.Get<PinScheduler.Database.Warehouse>().TransactAsync(async (connection, transaction) => await claims[2].Fence!.CheckAsync(connection, transaction), default));

        await working.Get<RunControl>().RetryAsync(run, default);
        Assert.Equal("succeeded", (await working.WaitForEndAsync(run)).State);
    }

    [Fact]
    public async Task Deaths_AreForgotten_WhenAnAttemptEnds()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("forgets"), Describe, settings: new() { ["Pipeline:Workers:analyze"] = "0" });
        var run = await host.TriggerAsync();
        var job = await JobAsync(host, run);
        for (var round = 0; round < 2; round++)
        {
            TaskClaim claim = null!;
            for (var i = 0; i < 3; i++)
            {
                claim = await host.Get<TaskClaims>().ClaimAsync(run, "a", job, "box:1", default);
                Assert.Equal(Verdict.Granted, claim.Verdict);
            }

            await host.Get<TaskOutcomes>().FailAsync(claim, new InvalidOperationException("passing"), retry: true);
        }

        // a server that stops in order is no death either
        for (var i = 0; i < 4; i++)
        {
            var claim = await host.Get<TaskClaims>().ClaimAsync(run, "a", job, "box:1", default);
            Assert.Equal(Verdict.Granted, claim.Verdict);
            await host.Get<TaskOutcomes>().HandBackAsync(claim);
        }
    }

    [Fact]
    public async Task Log_HasALastWord_WhenAnotherServerTakesOver()
    {
        var database = MariaDb.CreateDatabase("lastword");
        await using var dying = await OrchestrationHost.StartAsync(database, Describe, settings: new() { ["Pipeline:Workers:analyze"] = "0" });
        var run = await dying.TriggerAsync();
        var claim = await dying.Get<TaskClaims>().ClaimAsync(run, "a", await JobAsync(dying, run), "box:1", default);
        var journal = dying.Get<TaskLog>().Begin(claim);
        journal.Logger.LogLine("half way");
        await journal.FlushAsync();

        await using var working = await OrchestrationHost.StartAsync(database, Describe);
        Assert.Equal("succeeded", (await working.WaitForEndAsync(run)).State);
        var log = await working.Http.GetStringAsync($"/api/runs/{run}/tasks/a/log");
        Assert.Matches(@"\[1\] information half way\n.*\[1\] information \(last word\) Nothing more came from this attempt on box:1\. The last line seen is line 1, of 2.*Z; its lease had ended by 2.*Z\. Its server went away, or was thought to have; attempt 2 on .* took over\.\n", log);
        await journal.DisposeAsync();
    }

    private static Task<string> JobAsync(OrchestrationHost host, long run) => host.QueryAsync<string>("select hangfire_job_id from task_run where run_id = @run and task_key = 'a'", new { run });
}
