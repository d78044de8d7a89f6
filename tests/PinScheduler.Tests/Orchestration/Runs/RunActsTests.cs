using System.Collections.Concurrent;
using Hangfire;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Runs;

/// <summary>Acts by hand on a chain a, b, c and a report on c's end. The reconciler sleeps: whatever is to run must be woken by the act itself.</summary>
public sealed class RunActsTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Func<StageContext, CancellationToken, Task<StageResult>>> _does = new();
    private readonly ConcurrentDictionary<string, int> _ran = new();
    private OrchestrationHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("acts"), pipeline =>
    {
        foreach (var key in (string[])["a", "b", "c", "report"])
        {
            pipeline.Add(key, (context, cancellationToken) =>
            {
                _ran.AddOrUpdate(key, 1, (_, times) => times + 1);
                return _does.TryGetValue(key, out var does) ? does(context, cancellationToken) : Task.FromResult(TestStage.Nothing);
            }).After(key switch { "b" => ["a"], "c" => ["b"], "report" => ["c"], _ => Array.Empty<string>() }).When(key == "report" ? TriggerRule.AllDone : TriggerRule.AllSuccess);
        }
    }, settings: new() { ["Pipeline:ReconcileIntervalInSeconds"] = "3600", ["Pipeline:RetryDelaysInSeconds:0"] = "3600" });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Rerun_DoesTheTaskAgain_AndWhatIsBelowWhereAsked()
    {
        var run = await EndedAsync();
        await ActAsync(run, new RunAct(RunAct.Rerun, "b", By: "Ada", Reason: "late data"));
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(await _host.WaitForEndAsync(run)));
        Assert.Equal((1, 2, 1, 1), Ran());
        await ActAsync(run, new RunAct(RunAct.Rerun, "b", Below: true));
        var view = await _host.WaitForEndAsync(run);
        Assert.Equal((1, 3, 2, 2), Ran());
        Assert.Equal([1, 3, 2, 2], view.Tasks!.Select(task => task.Attempts));
        Assert.Equal(["rerun b [b] Ada late data", "rerun b [b,c,report]  "], view.Acts!.Select(act => $"{act.Act} {act.Task} [{string.Join(',', act.Tasks)}] {act.By} {act.Reason}"));
        await _host.WaitForNoneAsync("select count(*) from HangfireJob where StateName not in ('Succeeded', 'Deleted')");
    }

    [Fact]
    public async Task Rerun_Works_WhenTheJobsAreLongGone()
    {
        var run = await EndedAsync();
        await _host.WaitForNoneAsync("select count(*) from HangfireJob where StateName <> 'Succeeded'");
        await _host.ExecuteAsync("delete from HangfireJob");
        await ActAsync(run, new RunAct(RunAct.Rerun, "b", Below: true));
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(await _host.WaitForEndAsync(run)));
        Assert.Equal((1, 2, 2, 2), Ran());
    }

    [Fact]
    public async Task Rerun_OfAFailedTask_GoesOnWithWhatWaitedForIt()
    {
        _does["b"] = (_, _) => throw new StageFailedException("no");
        var run = await EndedAsync();
        Assert.Equal(409, await RefusedAsync(run, new RunAct(RunAct.Rerun, "c")));
        _does.Clear();
        await ActAsync(run, new RunAct(RunAct.Rerun, "b"));
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(await _host.WaitForEndAsync(run)));
        Assert.Equal((1, 2, 1, 1), Ran());
    }

    [Fact]
    public async Task Acts_AreRefused_AsTheRunAndTheTaskStand()
    {
        using var gate = new SemaphoreSlim(0);
        _does["b"] = Gated(gate);
        var run = await _host.TriggerAsync();
        await _host.WaitAsync(run, view => view.Tasks![1].State == "running");
        Assert.Equal(409, await RefusedAsync(run, new RunAct(RunAct.Rerun, "a")));
        Assert.Equal(409, await RefusedAsync(run, new RunAct(RunAct.Skip, "b")));
        Assert.Equal(409, await RefusedAsync(run, new RunAct(RunAct.Succeed, "a")));
        Assert.Equal(404, await RefusedAsync(run, new RunAct(RunAct.Skip, "reprot")));
        var other = await _host.TriggerAsync();
        Assert.Equal(409, await RefusedAsync(other, new RunAct(RunAct.Skip, "a")));
        gate.Release();
        await _host.WaitForEndAsync(run);
        Assert.Equal(409, await RefusedAsync(run, new RunAct(RunAct.Retry)));
        Assert.Equal(409, await RefusedAsync(run, new RunAct(RunAct.Skip, "a")));
        Assert.Empty((await _host.ReadAsync(run)).Acts!);
    }

    [Fact]
    public async Task Succeed_OfAFailedTask_LetsTheRunGoOn()
    {
        _does["b"] = (_, _) => throw new StageFailedException("no");
        var run = await EndedAsync();
        await ActAsync(run, new RunAct(RunAct.Succeed, "b", By: "Ada", Reason: "loaded by hand"));
        var view = await _host.WaitForEndAsync(run);
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(view));
        Assert.Equal(("marked as succeeded by Ada: loaded by hand", null), (view.Tasks![1].Reason, view.Tasks[1].Error));
        Assert.Equal(["failed"], view.Tasks[1].History.Select(attempt => attempt.State));
        Assert.Equal((1, 1, 1, 1), Ran());
        Assert.Equal(0, _host.Storage.GetMonitoringApi().FailedCount());
    }

    [Fact]
    public async Task Succeed_OfTheLastThingThatIsMissing_EndsTheRunAtOnce_EvenWhileAnotherIsActive()
    {
        _does["c"] = (_, _) => throw new StageFailedException("no");
        var run = await EndedAsync();
        using var gate = new SemaphoreSlim(0);
        _does["a"] = Gated(gate);
        var other = await _host.TriggerAsync();
        await ActAsync(run, new RunAct(RunAct.Succeed, "c"));
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(await _host.ReadAsync(run)));
        _does.TryRemove("c", out _);
        gate.Release();
        Assert.Equal("succeeded", (await _host.WaitForEndAsync(other)).State);
    }

    [Fact]
    public async Task Rerun_Waits_WhileAnotherRunIsActive()
    {
        var run = await EndedAsync();
        using var gate = new SemaphoreSlim(0);
        _does["a"] = Gated(gate);
        var other = await _host.TriggerAsync();
        await ActAsync(run, new RunAct(RunAct.Rerun, "c"));
        var waiting = await _host.ReadAsync(run);
        Assert.Equal(("queued", $"waits for run {other} to end"), (waiting.State, waiting.Tasks![2].Reason));
        gate.Release();
        await _host.WaitForEndAsync(other);
        Assert.Equal("succeeded", (await _host.WaitForEndAsync(run)).State);
        Assert.Equal(3, _ran["c"]);
    }

    [Fact]
    public async Task Skip_OfAWaitingTask_WakesWhatIsBehindIt_WhenItsParentEnds()
    {
        using var gate = new SemaphoreSlim(0);
        _does["a"] = Gated(gate);
        var run = await _host.TriggerAsync();
        await _host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await ActAsync(run, new RunAct(RunAct.Skip, "b", Reason: "not tonight"));
        var waiting = await _host.ReadAsync(run);
        Assert.Equal("running: running skipped waiting waiting", States(waiting));
        Assert.Equal(("skipped by hand: not tonight", "waits for a"), (waiting.Tasks![1].Reason, waiting.Tasks[2].Reason));
        gate.Release();
        Assert.Equal("succeeded: succeeded skipped succeeded succeeded", States(await _host.WaitForEndAsync(run)));
    }

    [Fact]
    public async Task Succeed_OfAWaitingTask_LetsWhatIsBelowRunAtOnce()
    {
        using var gate = new SemaphoreSlim(0);
        _does["a"] = Gated(gate);
        var run = await _host.TriggerAsync();
        await _host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await ActAsync(run, new RunAct(RunAct.Succeed, "b"));
        await _host.WaitAsync(run, view => view.Tasks![3].State == "succeeded");
        gate.Release();
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(await _host.WaitForEndAsync(run)));
        Assert.False(_ran.ContainsKey("b"));
    }

    [Fact]
    public async Task Skip_OfATaskThatIsToBeTriedAgain_TakesItsJobAway()
    {
        _does["b"] = (_, _) => throw new InvalidOperationException("passing");
        var run = await _host.TriggerAsync();
        await _host.WaitAsync(run, view => view.Tasks![1].State == "retrying");
        await ActAsync(run, new RunAct(RunAct.Skip, "b"));
        Assert.Equal("succeeded: succeeded skipped succeeded succeeded", States(await _host.WaitForEndAsync(run)));
        await _host.WaitForNoneAsync("select count(*) from HangfireJob where StateName not in ('Succeeded', 'Deleted')");
    }

    [Fact]
    public async Task Rerun_AskedByMany_IsDoneOnce()
    {
        var run = await EndedAsync();
        using var gate = new SemaphoreSlim(0);
        _does["c"] = Gated(gate);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await ActAsync(run, new RunAct(RunAct.Rerun, "c"));
                return 202;
            }
            catch (RefusedException refused)
            {
                return refused.Status;
            }
        }));
        gate.Release(8);
        await _host.WaitForEndAsync(run);
        Assert.Equal((1, 7, 2), (answers.Count(status => status == 202), answers.Count(status => status == 409), _ran["c"]));
    }

    [Fact]
    public async Task Settled_ByHand_NoLateAttemptOfTheTaskCommits()
    {
        // deleted in the dashboard, an attempt goes on until its server notices; here it never does
        using var gate = new SemaphoreSlim(0);
        Fence? fence = null;
        _does["b"] = async (context, _) =>
        {
            fence = context.Fence;
            await gate.WaitAsync(CancellationToken.None);
            return TestStage.Nothing;
        };
        var run = await _host.TriggerAsync();
        var running = await _host.WaitAsync(run, view => view.Tasks![1].State == "running");
        Assert.True(new BackgroundJobClient(_host.Storage).Delete(running.Tasks![1].JobId!));
        await _host.WaitForEndAsync(run);
        await ActAsync(run, new RunAct(RunAct.Skip, "b"));
        await Assert.ThrowsAsync<FenceLostException>(() => _host.Get<Warehouse>().TransactAsync(async (connection, transaction) => await fence!.CheckAsync(connection, transaction), default));
        gate.Release();
        Assert.Equal("succeeded: succeeded skipped succeeded succeeded", States(await _host.WaitForEndAsync(run)));
    }

    [Fact]
    public async Task Plan_SaysWhatAnActWouldDo_AndChangesNothing()
    {
        _does["b"] = (_, _) => throw new StageFailedException("no");
        var run = await EndedAsync();
        var before = await _host.QueryAsync<string>("select group_concat(concat_ws(' ', task_key, state, attempts, hangfire_job_id)) from task_run");
        var planner = _host.Get<RunPlanner>();
        Assert.Equal("1 task will run again: b; 1 task will run for the first time: c", (await planner.PlanAsync(run, new RunAct(RunAct.Retry), default)).Summary);
        var rerun = await planner.PlanAsync(run, new RunAct(RunAct.Rerun, "a", Below: true), default);
        Assert.Equal("3 tasks will run again: a, b, report; 1 task will run for the first time: c", rerun.Summary);
        Assert.Equal(("running", "a b c report"), (rerun.State, string.Join(' ', rerun.Tasks)));
        Assert.Equal("b becomes skipped; 1 task will run for the first time: c", (await planner.PlanAsync(run, new RunAct(RunAct.Skip, "b"), default)).Summary);
        Assert.Equal(409, (await Assert.ThrowsAsync<RefusedException>(() => planner.PlanAsync(run, new RunAct(RunAct.Cancel), default))).Status);
        Assert.Equal(before, await _host.QueryAsync<string>("select group_concat(concat_ws(' ', task_key, state, attempts, hangfire_job_id)) from task_run"));
        Assert.Equal("failed", (await _host.ReadAsync(run)).State);

        // how long it would take is known from runs that went well
        Assert.Null((await planner.PlanAsync(run, new RunAct(RunAct.Retry), default)).Seconds);
        _does.TryRemove("b", out _);
        await EndedAsync();
        _does["b"] = (_, _) => throw new StageFailedException("no");
        Assert.True((await planner.PlanAsync(await EndedAsync(), new RunAct(RunAct.Retry), default)).Seconds >= 0);
    }

    private static string States(RunView view) => $"{view.State}: {string.Join(' ', view.Tasks!.Select(task => task.State))}";

    private static Func<StageContext, CancellationToken, Task<StageResult>> Gated(SemaphoreSlim gate) => async (_, cancellationToken) =>
    {
        await gate.WaitAsync(cancellationToken);
        return TestStage.Nothing;
    };

    private (int A, int B, int C, int Report) Ran() => (_ran["a"], _ran["b"], _ran["c"], _ran["report"]);

    private async Task<long> EndedAsync()
    {
        var run = await _host.TriggerAsync();
        await _host.WaitForEndAsync(run);
        return run;
    }

    private Task ActAsync(long run, RunAct act) => _host.Get<RunControl>().ActAsync(run, act, default);

    private async Task<int> RefusedAsync(long run, RunAct act) => (await Assert.ThrowsAsync<RefusedException>(() => ActAsync(run, act))).Status;
}
