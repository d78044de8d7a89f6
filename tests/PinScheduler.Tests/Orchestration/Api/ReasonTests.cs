using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Tests.Orchestration.Api;

public sealed class ReasonTests
{
    [Fact]
    public async Task Tasks_SayWhyTheyDoNotRun()
    {
        using var gate = new SemaphoreSlim(0);
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("reasons"), pipeline =>
        {
            pipeline.Add("first", async (_, cancellationToken) =>
            {
                await gate.WaitAsync(cancellationToken);
                return TestStage.Nothing;
            });
            pipeline.Add("busy");
            pipeline.Add("unserved", queue: TaskQueue.Transform);
            pipeline.Add("failing", (_, _) => throw new InvalidOperationException("passing"), queue: TaskQueue.Ingest);
            pipeline.Add("child").After("first", "busy");
            pipeline.Add("report").After("failing").When(TriggerRule.AllDone);
        }, settings: new() { ["Pipeline:Workers:analyze"] = "1", ["Pipeline:Workers:transform"] = "0", ["Pipeline:RetryDelaysInSeconds:0"] = "3600" });
        var run = await host.TriggerAsync();
        var view = await host.WaitAsync(run, view => view.Tasks![3].State == "retrying" && view.Tasks[0].State == "running" && view.Tasks[1].Reason!.StartsWith("waits for a free worker", StringComparison.Ordinal));
        string?[] reasons = [.. view.Tasks!.Select(task => task.Reason)];
        Assert.Null(reasons[0]);
        Assert.Equal("waits for a free worker of the queue 'analyze', which has 1", reasons[1]);
        Assert.Equal("no server serves the queue 'transform'; start one that does ('Pipeline:Workers:transform')", reasons[2]);
        Assert.Matches(@"^next attempt at 20.*Z$", reasons[3]);
        Assert.Equal("waits for first, busy", reasons[4]);
        Assert.Equal("waits for failing", reasons[5]);

        var queued = await host.ReadAsync(await host.TriggerAsync());
        Assert.All(queued.Tasks!, task => Assert.Equal($"waits for run {run} to end", task.Reason));

        await host.ExecuteAsync("update task_run set server = 'elsewhere:7', started_at = started_at - interval 1 minute where task_key = 'first' and state = 'running'");
        Assert.Equal("nothing is heard of its server elsewhere:7; another takes the task over when the lease ends", (await host.ReadAsync(run)).Tasks![0].Reason);
        gate.Release(2);
        await host.Get<RunControl>().CancelAsync(long.Parse(queued.Id), default);
        await host.Get<RunControl>().CancelAsync(run, default);
        Assert.All((await host.WaitForEndAsync(run)).Tasks!.Where(task => task.State == "cancelled"), task => Assert.Equal("the run was cancelled", task.Reason));
    }
}
