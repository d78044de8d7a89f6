using System.Collections.Concurrent;
using Hangfire;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Runs;

public sealed class RunControlTests : IAsyncLifetime
{
    // what each task does in each test's pipeline is decided by the test
    private readonly ConcurrentDictionary<string, Func<StageContext, CancellationToken, Task<StageResult>>> _does = new();
    private readonly ConcurrentDictionary<string, int> _ran = new();
    private OrchestrationHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("control"), pipeline =>
    {
        foreach (var key in (string[])["a", "b", "c", "report"])
        {
            pipeline.Add(key, (context, cancellationToken) =>
            {
                _ran.AddOrUpdate(key, 1, (_, times) => times + 1);
                return _does.TryGetValue(key, out var does) ? does(context, cancellationToken) : Task.FromResult(TestStage.Nothing);
            }).After(key switch { "b" => ["a"], "c" => ["b"], "report" => ["c"], _ => Array.Empty<string>() }).When(key == "report" ? TriggerRule.AllDone : TriggerRule.AllSuccess).TimeOut(TimeSpan.FromSeconds(1.5));
        }
    }, settings: new() { ["Pipeline:ReconcileIntervalInSeconds"] = "3600" });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Requeue_OfAFailedJobFromTheDashboard_ContinuesTheRun()
    {
        _does["b"] = (_, _) => throw new StageFailedException("disk full") { Result = StageResult.Of(("rows", 3)) };
        var failed = await _host.WaitForEndAsync(await _host.TriggerAsync());
        // the report waits for the end only, and runs
        Assert.Equal("failed: succeeded failed upstream_failed succeeded", States(failed));
        Assert.Equal("disk full", failed.Tasks![1].Error);
        Assert.Equal(3, failed.Tasks[1].Counts.GetProperty("rows").GetInt64());
        Assert.Equal("b is failed", failed.Tasks[2].Reason);

        _does.Clear();
        Assert.True(new BackgroundJobClient(_host.Storage).Requeue(failed.Tasks[1].JobId!));
        var done = await _host.WaitAsync(long.Parse(failed.Id), view => view.State == "succeeded");
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(done));
        Assert.Null(done.Tasks![1].Error);
        Assert.Equal([1, 2, 1, 1], done.Tasks.Select(task => task.Attempts));
        Assert.Equal(["failed", "succeeded"], done.Tasks[1].History.Select(attempt => attempt.State));
    }

    [Fact]
    public async Task Requeue_Waits_WhileAnotherRunIsActive()
    {
        _does["a"] = (_, _) => throw new StageFailedException("no");
        var first = await _host.WaitForEndAsync(await _host.TriggerAsync());
        using var gate = new SemaphoreSlim(0);
        _does["a"] = async (_, cancellationToken) =>
        {
            await gate.WaitAsync(cancellationToken);
            return TestStage.Nothing;
        };
        var second = await _host.TriggerAsync();
        await _host.WaitAsync(second, view => view.Tasks![0].State == "running");
        new BackgroundJobClient(_host.Storage).Requeue(first.Tasks![0].JobId!);
        var waiting = await _host.ReadAsync(long.Parse(first.Id));
        Assert.Equal(("queued", $"waits for run {second} to end", "waiting"), (waiting.State, waiting.Reason, waiting.Tasks![0].State));
        _does.Clear();
        gate.Release();
        Assert.Equal("succeeded", (await _host.WaitForEndAsync(second)).State);
        Assert.Equal("succeeded", (await _host.WaitAsync(long.Parse(first.Id), view => view.State == "succeeded")).State);
    }

    [Fact]
    public async Task Retry_DoesWhatIsNotDone_AndOnlyOfAnEndedRunThatHasNotSucceeded()
    {
        _does["b"] = (_, _) => throw new StageFailedException("no");
        var run = await _host.TriggerAsync();
        await _host.WaitForEndAsync(run);
        _does.Clear();
        await _host.Get<RunControl>().RetryAsync(run, default);
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(await _host.WaitForEndAsync(run)));
        Assert.Equal((1, 2), (_ran["a"], _ran["b"]));
        // the failed job is not left among Hangfire's failed ones
        Assert.Equal(0, _host.Storage.GetMonitoringApi().FailedCount());
        Assert.Equal(409, (await Assert.ThrowsAsync<RefusedException>(() => _host.Get<RunControl>().RetryAsync(run, default))).Status);
        Assert.Equal(409, (await Assert.ThrowsAsync<RefusedException>(() => _host.Get<RunControl>().CancelAsync(run, default))).Status);
    }

    [Fact]
    public async Task Run_TookWhatItWasAtIt_NotTheTimeBeforeItsRetries()
    {
        _does["b"] = (_, _) => throw new StageFailedException("no");
        var run = await _host.TriggerAsync();
        var failed = await _host.WaitForEndAsync(run);
        Assert.Equal(0, failed.IdleSeconds);
        for (var hours = 3; hours > 0; hours--)
        {
            await _host.ExecuteAsync("update run set started_at = started_at - interval @hours hour, ended_at = ended_at - interval @hours hour where id = @run", new { run, hours });
            if (hours == 1)
            {
                _does.Clear();
            }

            await _host.Get<RunControl>().RetryAsync(run, default);
            failed = await _host.WaitForEndAsync(run);
        }

        Assert.Equal("succeeded", failed.State);
        Assert.InRange(failed.IdleSeconds, 6 * 3600, (6 * 3600) + 60);
        Assert.InRange(failed.Took(DateTime.MaxValue)!.Value.TotalSeconds, 0, 60);
        Assert.InRange((failed.EndedAt - failed.StartedAt)!.Value.TotalHours, 6, 6.1);
    }

    [Fact]
    public async Task Cancel_ReachesRunningCode_AtOnce()
    {
        _does["a"] = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return TestStage.Nothing;
        };
        var run = await _host.TriggerAsync();
        await _host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await _host.Get<RunControl>().CancelAsync(run, default);
        // what does not reach it at once does so when the run is next looked at, after 15 s
        var cancelled = await _host.WaitForEndAsync(run, 10);
        Assert.Equal("cancelled: cancelled cancelled cancelled cancelled", States(cancelled));

        _does.Clear();
        await _host.Get<RunControl>().RetryAsync(run, default);
        Assert.Equal("succeeded", (await _host.WaitForEndAsync(run)).State);
    }

    [Fact]
    public async Task Delete_OfAJobInTheDashboard_CancelsItsTask()
    {
        _does["b"] = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return TestStage.Nothing;
        };
        var run = await _host.TriggerAsync();
        var running = await _host.WaitAsync(run, view => view.Tasks![1].State == "running");
        Assert.True(new BackgroundJobClient(_host.Storage).Delete(running.Tasks![1].JobId!));
        Assert.Equal("failed: succeeded cancelled upstream_failed succeeded", States(await _host.WaitForEndAsync(run)));
    }

    [Fact]
    public async Task Task_IsTriedAgain_UpToItsLimitAndAfterItsTimeOut()
    {
        _does["a"] = (context, _) => context.Attempt < 3 ? throw new InvalidOperationException("passing") : Task.FromResult(TestStage.Nothing);
        _does["b"] = (context, cancellationToken) => context.Attempt < 2 ? Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith<StageResult>(_ => throw new OperationCanceledException(cancellationToken)) : Task.FromResult(TestStage.Nothing);
        _does["c"] = (_, _) => throw new InvalidOperationException("for ever");
        var view = await _host.WaitForEndAsync(await _host.TriggerAsync(), 30);
        Assert.Equal("failed: succeeded succeeded failed succeeded", States(view));
        Assert.Equal([3, 2, 3, 1], view.Tasks!.Select(task => task.Attempts));
        Assert.Contains("longer than the 1.5 s", view.Tasks![1].History[0].Error);
    }

    [Fact]
    public async Task RestartFrom_GoesBackOnce_AndTheSecondTimeFails()
    {
        var lost = 0;
        _does["c"] = (_, _) => ++lost == 1 ? throw new StageFailedException("records were lost") { RestartFrom = "a" } : Task.FromResult(TestStage.Nothing);
        var run = await _host.TriggerAsync();
        var view = await _host.WaitForEndAsync(run);
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(view));
        Assert.Equal((2, 2, 2, 1), (_ran["a"], _ran["b"], _ran["c"], _ran["report"]));
        Assert.Equal(["'c' failed (records were lost); the run went back to 'a'."], view.Warnings);
        // nothing of the first round is left in Hangfire; the job that has just ended the run becomes Succeeded there a moment later
        await _host.WaitForNoneAsync("select count(*) from HangfireJob where StateName not in ('Succeeded', 'Deleted')");

        _does["c"] = (_, _) => throw new StageFailedException("records were lost") { RestartFrom = "a" };
        var again = await _host.WaitForEndAsync(await _host.TriggerAsync());
        Assert.Equal("failed: succeeded succeeded failed succeeded", States(again));
    }

    [Fact]
    public async Task RestartFrom_GoesBackOnceToEachTask_AndAgainAfterARetry()
    {
        var failures = new Queue<string>(["a", "b", "a"]);
        _does["c"] = (_, _) => failures.TryDequeue(out var from) ? throw new StageFailedException("records were lost") { RestartFrom = from } : Task.FromResult(TestStage.Nothing);
        var run = await _host.TriggerAsync();
        Assert.Equal("failed: succeeded succeeded failed succeeded", States(await _host.WaitForEndAsync(run)));
        Assert.Equal((2, 3, 3), (_ran["a"], _ran["b"], _ran["c"]));

        failures.Enqueue("a");
        await _host.Get<RunControl>().RetryAsync(run, default);
        Assert.Equal("succeeded: succeeded succeeded succeeded succeeded", States(await _host.WaitForEndAsync(run)));
        Assert.Equal((3, 4, 5), (_ran["a"], _ran["b"], _ran["c"]));
    }

    [Fact]
    public async Task Redelivery_OfADoneTasksJob_RunsNothingAndSaysSo()
    {
        var view = await _host.WaitForEndAsync(await _host.TriggerAsync());
        var ran = _ran["a"];
        Assert.True(new BackgroundJobClient(_host.Storage).Requeue(view.Tasks![0].JobId!));
        await _host.WaitAsync(long.Parse(view.Id), _ => _host.QueryAsync<int>("select count(*) from task_log where text like '%came again%'").GetAwaiter().GetResult() == 1);
        Assert.Equal((ran, "succeeded"), (_ran["a"], (await _host.ReadAsync(long.Parse(view.Id))).State));
    }

    [Fact]
    public async Task Reconciler_FinishesARun_WhoseJobsAreAllAsleepOrGone()
    {
        // nobody judges and nobody is woken: the continuations are gone
        _does["a"] = async (context, _) =>
        {
            var jobs = await _host.QueryAsync<string>("select group_concat(hangfire_job_id) from task_run where run_id = @RunId", new { context.RunId });
            using (var connection = _host.Storage.GetConnection())
            {
                foreach (var job in jobs.Split(','))
                {
                    // by the storage, not by SQL: what it has just read of a running job it does not read again
                    connection.SetJobParameter(job, "Continuations", null);
                }
            }

            await _host.ExecuteAsync("delete from HangfireJob where Id = (select hangfire_job_id from task_run where run_id = @RunId and task_key = 'c')", new { context.RunId });
            return TestStage.Nothing;
        };
        long run;
        // the reconciler's first pass, at the start of the host, must not help before it is looked at
        await using (var alone = await NamedLock.TryTakeAsync(_host.Get<Warehouse>(), "reconciler", TimeSpan.FromSeconds(20), TimeProvider.System, default))
        {
            Assert.NotNull(alone);
            run = await _host.TriggerAsync();
            await _host.WaitAsync(run, view => view.Tasks![0].State == "succeeded");
            // as the end of its parent's job was to make it
            Assert.Equal("queued", (await _host.ReadAsync(run)).Tasks![1].State);
        }

        for (var i = 0; i < 3; i++)
        {
            await _host.Get<Reconciler>().RunOnceAsync(default);
            await _host.WaitAsync(run, view => view.EndedAt is not null || view.Tasks!.Count(task => task.State == "succeeded") >= i + 2);
        }

        Assert.Equal("succeeded", (await _host.WaitForEndAsync(run, 1)).State);
    }

    private static string States(PinScheduler.Orchestration.Api.RunView view) => $"{view.State}: {string.Join(' ', view.Tasks!.Select(task => task.State))}";
}
