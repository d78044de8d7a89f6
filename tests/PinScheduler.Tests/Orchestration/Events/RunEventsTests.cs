using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Events;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Events;

public sealed class RunEventsTests : IDisposable
{
    private readonly SemaphoreSlim _gate = new(0);

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task Deadline_IsToldOnce_AndShownInTheRun()
    {
        await using var host = await StartAsync("deadline", pipeline => pipeline.Deadline(TimeSpan.FromHours(1)));
        var run = await host.TriggerAsync();
        var running = await host.WaitAsync(run, view => view.Tasks![0].State == "running");
        Assert.InRange((running.DeadlineAt!.Value - running.CreatedAt).TotalMinutes, 59, 61);
        await host.Get<RunWatch>().RunOnceAsync(default);
        Assert.Null((await host.ReadAsync(run)).DeadlineMissedAt);

        await PassDeadlineAsync(host);
        await host.Get<RunWatch>().RunOnceAsync(default);
        await host.Get<RunWatch>().RunOnceAsync(default);
        Assert.NotNull((await host.ReadAsync(run)).DeadlineMissedAt);
        Assert.Equal(("running", "deadline"), ((await host.ReadAsync(run)).State, await KindsAsync(host)));
        _gate.Release();
        Assert.Equal("succeeded", (await host.WaitForEndAsync(run)).State);
        Assert.Equal("deadline", await KindsAsync(host));
    }

    [Fact]
    public async Task Deadline_IsNoticedAtTheEnd_WhenNobodyLookedBefore()
    {
        await using var host = await StartAsync("late", pipeline => pipeline.Deadline(TimeSpan.FromHours(1)));
        var run = await host.TriggerAsync();
        await host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await PassDeadlineAsync(host);
        _gate.Release();
        await host.WaitForEndAsync(run);
        Assert.NotNull((await host.ReadAsync(run)).DeadlineMissedAt);
        Assert.Equal("deadline", await KindsAsync(host));
    }

    [Fact]
    public async Task Deadline_CancelsTheRun_WhereThePipelineSaysSo_AndARetryHasANewOne()
    {
        await using var host = await StartAsync("cancels", pipeline => pipeline.Deadline(TimeSpan.FromHours(1), cancel: true));
        var run = await host.TriggerAsync();
        await host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await host.ExecuteAsync("update run set created_at = created_at - interval 2 hour; update run_limit set deadline_at = utc_timestamp(6) - interval 1 minute");
        await host.Get<RunWatch>().RunOnceAsync(default);
        var cancelled = await host.WaitForEndAsync(run);
        Assert.Equal("cancelled", cancelled.State);
        Assert.StartsWith("cancelled at its deadline, ", cancelled.Reason);
        Assert.True(JsonDocument.Parse(await host.QueryAsync<string>("select facts from event_outbox")).RootElement.GetProperty("cancels").GetBoolean());

        await host.Get<RunControl>().RetryAsync(run, default);
        var again = await host.WaitAsync(run, view => view.Tasks![0].State == "running");
        Assert.Null(again.DeadlineMissedAt);
        Assert.True(again.DeadlineAt > cancelled.EndedAt);
        _gate.Release();
        await host.WaitForEndAsync(run);
    }

    [Fact]
    public async Task Deadline_OfARunThatWasMadeTooLate_IsToldButDoesNotCancel()
    {
        await using var host = await StartAsync("madelate", pipeline => pipeline.Deadline(TimeSpan.FromHours(1), cancel: true));
        var (run, _) = await host.Get<RunStarter>().StartAsync(new RunRequest { Pipeline = "nightly", Trigger = TriggerKind.Schedule, ScheduledFor = new DateTime(2020, 1, 1, 3, 0, 0, DateTimeKind.Utc) }, default);
        await host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await host.Get<RunWatch>().RunOnceAsync(default);
        Assert.Equal("deadline", await KindsAsync(host));
        _gate.Release();
        Assert.Equal("succeeded", (await host.WaitForEndAsync(run)).State);
    }

    [Fact]
    public async Task Slow_IsToldOnce_WhenARunTakesThreeTimesTheMedian()
    {
        await using var host = await StartAsync("slow");
        _gate.Release(5);
        for (var i = 0; i < 5; i++)
        {
            await host.WaitForEndAsync(await host.TriggerAsync());
        }

        // one of them was very long, which a median does not mind
        await host.ExecuteAsync("update run set started_at = ended_at - interval if(id = 3, 9000, 100) second");
        var run = await host.TriggerAsync();
        await host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await host.ExecuteAsync("update run set started_at = utc_timestamp(6) - interval 290 second where id = @run", new { run });
        await host.Get<RunWatch>().RunOnceAsync(default);
        Assert.Null((await host.ReadAsync(run)).SlowSince);
        await host.ExecuteAsync("update run set started_at = utc_timestamp(6) - interval 301 second where id = @run", new { run });
        await host.Get<RunWatch>().RunOnceAsync(default);
        await host.Get<RunWatch>().RunOnceAsync(default);
        _gate.Release();
        Assert.NotNull((await host.WaitForEndAsync(run)).SlowSince);
        Assert.Equal("slow", await KindsAsync(host));
    }

    [Fact]
    public async Task Warnings_AreToldAtTheEnd_TogetherWithThoseOfTheBalance()
    {
        _gate.Release();
        await using var host = await StartAsync("warned", pipeline => pipeline.Balance(_ => ["books"]), warns: true);
        await host.WaitForEndAsync(await host.TriggerAsync());
        Assert.Equal("warnings", await KindsAsync(host));
        Assert.Equal("""["careful","books"]""", JsonDocument.Parse(await host.QueryAsync<string>("select facts from event_outbox")).RootElement.GetProperty("warnings").GetRawText());
    }

    [Fact]
    public async Task Event_IsGone_WithTheTransactionThatWouldHaveMadeItTrue()
    {
        await using var host = await StartAsync("undone");
        var run = await host.TriggerAsync();
        await host.WaitAsync(run, view => view.Tasks![0].State == "running");
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Get<Warehouse>().TransactAsync(async (connection, transaction) =>
        {
            await host.Get<RunStore>().ChangeAsync(connection, transaction, run, (board, _, _) =>
            {
                board["a"] = board["a"] with { State = TaskState.Failed, EndedAt = board.Now };
                return Task.FromResult(true);
            });
            throw new InvalidOperationException("the server dies before the commit");
        }, default));
        _gate.Release();
        Assert.Equal("succeeded", (await host.WaitForEndAsync(run)).State);
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from event_outbox"));
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from pipeline_health"));
    }

    [Fact]
    public async Task Nothing_IsWritten_WhenNobodyWantsToBeTold()
    {
        _gate.Release();
        await using var host = await StartAsync("off", warns: true, channels: EventChannels.None);
        await host.WaitForEndAsync(await host.TriggerAsync());
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from event_outbox"));
    }

    private Task<OrchestrationHost> StartAsync(string name, Action<PipelineBuilder>? describe = null, bool warns = false, EventChannels? channels = null) => OrchestrationHost.StartAsync(
        MariaDb.CreateDatabase(name),
        pipeline =>
        {
            describe?.Invoke(pipeline);
            pipeline.Add("a", async (context, cancellationToken) =>
            {
                await _gate.WaitAsync(cancellationToken);
                await (warns ? context.WarnAsync("careful") : Task.CompletedTask);
                return TestStage.Nothing;
            });
        },
        settings: new() { ["Pipeline:SlowAfterSeconds"] = "30" },
        configure: services => services.AddSingleton(channels ?? new EventChannels(["test"], EventKind.All)));

    private static Task PassDeadlineAsync(OrchestrationHost host) => host.ExecuteAsync("update run_limit set deadline_at = utc_timestamp(6) - interval 1 minute");

    private static async Task<string> KindsAsync(OrchestrationHost host) => await host.QueryAsync<string?>("select group_concat(kind order by id) from event_outbox") ?? "";
}
