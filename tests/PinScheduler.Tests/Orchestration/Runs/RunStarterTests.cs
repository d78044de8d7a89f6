using System.Text.Json;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Tests.Orchestration.Runs;

public sealed class RunStarterTests
{
    [Fact]
    public async Task Start_LetsOneRunBeActive_WhenTwoServersStartAtOnce()
    {
        var database = MariaDb.CreateDatabase("overlap");
        using var gate = new SemaphoreSlim(0);
        void Describe(PipelineBuilder pipeline) => pipeline.Add("a", async (_, cancellationToken) =>
        {
            await gate.WaitAsync(cancellationToken);
            return TestStage.Nothing;
        });
        await using var one = await OrchestrationHost.StartAsync(database, Describe);
        await using var two = await OrchestrationHost.StartAsync(database, Describe);

        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? one : two).TriggerAsync()));
        Assert.Equal("queued,queued,queued,queued,queued,running", await one.QueryAsync<string>("select group_concat(state order by state) from run"));
        Assert.Contains("waits for run", (await one.ReadAsync(runs.Max())).Reason);

        // each ends, and the next one starts, oldest first, never two
        gate.Release(6);
        foreach (var run in runs)
        {
            Assert.Equal("succeeded", (await one.WaitForEndAsync(run)).State);
        }

        Assert.Equal(0, await one.QueryAsync<int>("select count(*) from run a inner join run b on a.id < b.id and (b.started_at < a.ended_at)"));
    }

    [Theory]
    [InlineData(OverlapPolicy.Skip, "skipped")]
    [InlineData(OverlapPolicy.Allow, "running")]
    public async Task Start_DoesAsThePolicySays_WhileAnotherIsActive(OverlapPolicy policy, string expected)
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("policy"), pipeline => pipeline.Overlap(policy).Add("a"), settings: new() { ["Pipeline:Workers:analyze"] = "0" });
        var first = await host.TriggerAsync();
        var second = await host.ReadAsync(await host.TriggerAsync());
        Assert.Equal(expected, second.State);
        Assert.Equal(policy == OverlapPolicy.Skip ? $"run {first} was active" : null, second.Reason);
    }

    [Fact]
    public async Task Start_SkipsWhatHasNothingToDo_AndKeepsTheOrderAroundIt()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("skips"), pipeline =>
        {
            pipeline.Parameter("posts", ParameterType.Whole, 1000);
            pipeline.Add("topics", async (_, cancellationToken) =>
            {
                await Task.Delay(200, cancellationToken);
                return TestStage.Nothing;
            });
            pipeline.Add("emulate").After("topics").SkipWhen(parameters => parameters.Whole("posts") == 0);
            pipeline.Add("drain").After("emulate");
        });
        var run = await host.Get<RunStarter>().StartAsync(
            new RunRequest { Pipeline = "nightly", Trigger = "api", Parameters = new Dictionary<string, JsonElement> { ["posts"] = JsonSerializer.SerializeToElement(0) } }, default);
        var view = await host.WaitForEndAsync(run.Run);
        Assert.Equal("succeeded:succeeded skipped succeeded", $"{view.State}:{string.Join(' ', view.Tasks!.Select(task => task.State))}");
        Assert.True(view.Tasks![2].StartedAt >= view.Tasks[0].EndedAt);

        var only = await host.WaitForEndAsync(await host.TriggerAsync("nightly", "drain"));
        Assert.Equal("succeeded:skipped skipped succeeded", $"{only.State}:{string.Join(' ', only.Tasks!.Select(task => task.State))}");
    }

    [Fact]
    public async Task Reconciler_MendsWhatACrashLeft_BetweenRowsAndJobs()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("crash"), pipeline =>
        {
            pipeline.Overlap(OverlapPolicy.Allow);
            pipeline.Add("a");
            pipeline.Add("b").After("a");
        }, settings: new() { ["Pipeline:ReconcileIntervalInSeconds"] = "3600" });
        var starter = host.Get<RunStarter>();
        var prepared = starter.Prepare(new RunRequest { Pipeline = "nightly", Trigger = "api" });
        Task<(long Run, string State, bool IsNew)> CrashAsync() => host.Get<Warehouse>().TransactAsync((connection, transaction) => starter.AddAsync(connection, transaction, prepared), default);

        long withoutIds, withLostIds, over;
        // the reconciler's first pass, at the start of the host, must not see half of this
        await using (var alone = await NamedLock.TryTakeAsync(host.Get<Warehouse>(), "reconciler", TimeSpan.FromSeconds(20), TimeProvider.System, default))
        {
            Assert.NotNull(alone);
            // no ids yet; ids that the storage has never got; nothing left to do but the end
            (withoutIds, _, _) = await CrashAsync();
            (withLostIds, _, _) = await CrashAsync();
            await host.ExecuteAsync("update task_run set hangfire_job_id = concat('99', ordinal) where run_id = @withLostIds", new { withLostIds });
            (over, _, _) = await CrashAsync();
            await host.ExecuteAsync("update task_run set state = 'succeeded' where run_id = @over", new { over });
        }

        await host.Get<Reconciler>().RunOnceAsync(default);
        foreach (var run in new[] { withoutIds, withLostIds, over })
        {
            Assert.Equal("succeeded", (await host.WaitForEndAsync(run)).State);
        }
    }

    [Fact]
    public async Task Start_HappensOnce_UnderOneIdempotencyKey()
    {
        await using var host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("keys"), pipeline => pipeline.Add("a"));
        Task<(long Run, bool IsNew)> StartAsync(string hash) => host.Get<RunStarter>().StartAsync(new RunRequest { Pipeline = "nightly", Trigger = "api", Idempotency = new IdempotencyKey("k", hash) }, default);

        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => StartAsync("one")));
        Assert.Single(runs.Select(run => run.Run).Distinct());
        Assert.Single(runs, run => run.IsNew);
        Assert.Equal(422, (await Assert.ThrowsAsync<RefusedException>(() => StartAsync("other"))).Status);

        await host.ExecuteAsync("update idempotency_key set created_at = created_at - interval 8 day");
        Assert.True((await StartAsync("other")).IsNew);
    }
}
