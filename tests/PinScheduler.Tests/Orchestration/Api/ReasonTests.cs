using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

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

    [Fact]
    public async Task Servers_ServeNoQueue_WhenNothingIsHeardOfThem()
    {
        static void Describe(PipelineBuilder pipeline) => pipeline.Add("work", queue: TaskQueue.Transform);
        var database = MariaDb.CreateDatabase("reasons_dead");
        await using (var whole = await OrchestrationHost.StartAsync(database, Describe))
        {
            await whole.WaitForEndAsync(await whole.TriggerAsync());
        }

        await using var host = await OrchestrationHost.StartAsync(database, Describe, settings: new() { ["Pipeline:Workers:transform"] = "0" });
        await host.ExecuteAsync("""insert into HangfireServer (Id, Data, LastHeartbeat) values ('killed:7', '{"WorkerCount":4,"Queues":["transform"],"StartedAt":"2026-11-22T03:00:00Z"}', utc_timestamp(6) - interval 21 second)""");
        var run = await host.TriggerAsync();

        var view = await host.WaitAsync(run, view => view.Tasks![0].Reason is { } reason && reason.Contains("the queue 'transform'", StringComparison.Ordinal));
        Assert.Equal("no server serves the queue 'transform'; start one that does ('Pipeline:Workers:transform')", view.Tasks![0].Reason);
        Assert.Null(view.Expected);

        // one that is heard of has workers, so the run may be expected to go on
        await host.ExecuteAsync("update HangfireServer set LastHeartbeat = utc_timestamp(6) where Id = 'killed:7'");
        view = await host.WaitAsync(run, view => view.Tasks![0].Reason == "waits for a free worker of the queue 'transform', which has 4");
        Assert.NotNull(view.Expected);

        // a server of this program says so soon enough to be among the living
        await host.WaitAsync(run, _ => host.Storage.GetMonitoringApi().Servers().Any(server => server.Name != "killed:7" && server.Heartbeat > server.StartedAt.AddSeconds(4)));
        await host.Get<RunControl>().CancelAsync(run, default);
    }

    [Fact]
    public async Task Task_ThatTheProgramHasNoMore_CanBePutBack()
    {
        static void Both(PipelineBuilder pipeline)
        {
            pipeline.Add("kept");
            pipeline.Add("removed", (_, _) => throw new StageFailedException("broken"));
            pipeline.Add("after").After("removed");
        }

        var database = MariaDb.CreateDatabase("reasons_removed");
        long run;
        await using (var host = await OrchestrationHost.StartAsync(database, Both))
        {
            run = await host.TriggerAsync();
            await host.WaitForEndAsync(run);
        }

        await using (var without = await OrchestrationHost.StartAsync(database, static pipeline => pipeline.Add("kept")))
        {
            await without.Get<RunControl>().RetryAsync(run, default);
            Assert.Equal(
                "This server's program has no task 'removed' in a pipeline 'nightly' any more. Put it back (its file in sql/, say), start the server again and retry; or skip it in this run; or start a new run, which has no such task.",
                (await without.WaitForEndAsync(run)).Tasks![1].Error);
        }

        await using var mended = await OrchestrationHost.StartAsync(database, static pipeline =>
        {
            pipeline.Add("kept");
            pipeline.Add("removed");
            pipeline.Add("after").After("removed");
        });
        await mended.Get<RunControl>().RetryAsync(run, default);
        Assert.Equal("succeeded", (await mended.WaitForEndAsync(run)).State);
    }
}
