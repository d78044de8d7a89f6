using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Tests.Orchestration.Jobs;

public sealed class ClaimTests : IAsyncLifetime
{
    private OrchestrationHost _host = null!;

    // no workers: the tests claim by hand
    public async Task InitializeAsync() => _host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("claims"), pipeline =>
    {
        pipeline.Overlap(PinScheduler.Orchestration.OverlapPolicy.Allow);
        pipeline.Add("a");
        pipeline.Add("b").After("a");
    }, settings: new() { ["Pipeline:Workers:analyze"] = "0", ["Pipeline:MaxDeliveries"] = "20" });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Claim_TakesOver_WhenTheSameJobIsDeliveredAgain()
    {
        var (run, job) = await StartAsync();
        var first = await ClaimAsync(run, "a", job);
        var second = await ClaimAsync(run, "a", job);
        Assert.Equal((Verdict.Granted, 1, Verdict.Granted, 2), (first.Verdict, first.Attempt, second.Verdict, second.Attempt));

        // the first comes back late: it commits nothing and changes no state
        await Assert.ThrowsAsync<FenceLostException>(() => CommitAsync(first));
        Assert.Null(await _host.Get<TaskOutcomes>().SucceedAsync(first, TestStage.Nothing));
        Assert.Null((await _host.Get<TaskOutcomes>().FailAsync(first, new InvalidOperationException("late"), retry: true)).Board);
        await CommitAsync(second);
        Assert.NotNull(await _host.Get<TaskOutcomes>().SucceedAsync(second, TestStage.Nothing));
        Assert.Equal("lost,succeeded", await _host.QueryAsync<string>("select group_concat(state order by attempt) from task_attempt where run_id = @run and task_key = 'a'", new { run }));
    }

    [Fact]
    public async Task Claim_IsRefused_AsTheTaskStands()
    {
        var (run, job) = await StartAsync();
        var below = await JobAsync(run, "b");
        Assert.Equal(Verdict.NotYet, (await ClaimAsync(run, "b", below)).Verdict);
        Assert.Equal(Verdict.Stray, (await ClaimAsync(run, "a", "999999")).Verdict);
        var claim = await ClaimAsync(run, "a", job);
        Assert.Equal(Verdict.Stale, (await ClaimAsync(run, "a", "999999")).Verdict);
        await _host.Get<TaskOutcomes>().SucceedAsync(claim, TestStage.Nothing);
        Assert.Equal(Verdict.Done, (await ClaimAsync(run, "a", job)).Verdict);
        Assert.Equal(Verdict.Granted, (await ClaimAsync(run, "b", below)).Verdict);
        await _host.Get<RunControl>().CancelAsync(run, default);
        Assert.Equal(Verdict.Stray, (await ClaimAsync(run, "b", below)).Verdict);
        Assert.Equal("cancelled", (await _host.ReadAsync(run)).State);
    }

    [Fact]
    public async Task Claim_IsGrantedOnce_WhenManyClaimAtOnceAndOnlyTheNewestHasItsEffect()
    {
        var (run, job) = await StartAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ClaimAsync(run, "a", job)));
        Assert.Equal(8, claims.Select(claim => claim.Fence!.Number).Distinct().Count());
        var won = 0;
        foreach (var claim in claims)
        {
            won += await _host.Get<TaskOutcomes>().SucceedAsync(claim, TestStage.Nothing) is null ? 0 : 1;
        }

        Assert.Equal(1, won);
    }

    private async Task<(long Run, string Job)> StartAsync()
    {
        var run = await _host.TriggerAsync();
        return (run, await JobAsync(run, "a"));
    }

    private Task<string> JobAsync(long run, string task) => _host.QueryAsync<string>("select hangfire_job_id from task_run where run_id = @run and task_key = @task", new { run, task });

    private Task<TaskClaim> ClaimAsync(long run, string task, string job) => _host.Get<TaskClaims>().ClaimAsync(run, task, job, "test", default);

    private Task CommitAsync(TaskClaim claim) => _host.Get<Warehouse>().TransactAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync("insert into run_warning (run_id, text_hash, text, created_at) values (@Run, uuid(), 'work', utc_timestamp(6))", new { claim.Run }, transaction);
        await claim.Fence!.CheckAsync(connection, transaction);
    }, default);
}
