using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Events;
using PinScheduler.Orchestration.History;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.History;

public sealed class RunRetentionTests
{
    private static readonly string[] OfRuns = ["run", "task_run", "task_attempt", "task_log", "task_progress", "run_warning", "event_outbox", "run_limit", "task_log_digest"];

    [Fact]
    public async Task Prune_TakesOldRunsWhole_AndLeavesYoungUnfinishedAndReferencedOnes()
    {
        using var gate = new SemaphoreSlim(0);
        var holds = false;
        await using var host = await StartAsync("history", pipeline => pipeline.Overlap(OverlapPolicy.Allow).Deadline(TimeSpan.FromDays(1)).Add("a", async (context, cancellationToken) =>
        {
            context.Log.LogLine("hello");
            context.Report(1, 1, "rows");
            await context.WarnAsync("careful");
            await (holds ? gate.WaitAsync(cancellationToken) : Task.CompletedTask);
            return TestStage.Nothing;
        }));
        for (var run = 1; run <= 60; run++)
        {
            await host.WaitForEndAsync(await host.TriggerAsync());
        }

        holds = true;
        Assert.Equal(61, await host.TriggerAsync());
        await host.WaitAsync(61, view => view.Tasks![0].State == "running");
        await host.ExecuteAsync("""
            update run set created_at = created_at - interval 10 day, started_at = started_at - interval 10 day, ended_at = ended_at - interval 10 day where id <> 60;
            insert into analysis_result (run, analysis, sql_hash, column_names, row_count, milliseconds, created_at, pruned_at) values (7, 'x', '', '[]', 0, 0, utc_timestamp(6), null), (8, 'x', '', '[]', 0, 0, utc_timestamp(6), utc_timestamp(6));
            insert into task_log_digest values (7, 'a', 1, 1, 1000, ''), (60, 'a', 1, 1, 1000, '');
            insert into idempotency_key values ('nightly', 'old', '', 1, utc_timestamp(6) - interval 8 day), ('nightly', 'young', '', 60, utc_timestamp(6) - interval 6 day);
            insert into schedule_tick values ('1', 'nightly', utc_timestamp(6), '', utc_timestamp(6) - interval 401 day), ('2', 'nightly', utc_timestamp(6), '', utc_timestamp(6) - interval 399 day);
            insert into event_outbox (event_id, channel, kind, run_id, facts, created_at, next_attempt_at, sent_at) values ('old', 'test', 'test', 0, '', utc_timestamp(6) - interval 9 day, utc_timestamp(6), utc_timestamp(6));
            """);

        var (runs, rows) = await PruneAsync(host);

        Assert.Equal(58, runs);
        Assert.True(rows >= 59 * 4, $"{rows}");
        Assert.Equal("7,60,61", await IdsAsync(host, "run"));
        Assert.Equal("7,60,61", await IdsAsync(host, "task_run"));
        // what 61 has logged may not be written yet
        Assert.StartsWith("60", await IdsAsync(host, "task_log"));
        Assert.Equal("60", await IdsAsync(host, "task_log_digest"));
        Assert.Equal("60,61", await IdsAsync(host, "task_attempt"));
        Assert.Equal("60", await IdsAsync(host, "event_outbox"));
        Assert.Equal("7,60,61", await IdsAsync(host, "run_limit"));
        Assert.Equal(3, await host.QueryAsync<int>("select count(*) from task_fence where name like 'run/%'"));
        Assert.Equal(("young", "2"), (await host.QueryAsync<string>("select group_concat(idempotency_key) from idempotency_key"), await host.QueryAsync<string>("select group_concat(hangfire_job_id) from schedule_tick")));
        Assert.Equal("succeeded", (await host.ReadAsync(7)).State);
        Assert.Equal((0, 0), await PruneAsync(host));
        gate.Release();
        Assert.Equal("succeeded", (await host.WaitForEndAsync(61)).State);
    }

    [Fact]
    public async Task Prune_RollsBack_WhenAnotherAttemptHasTakenOver()
    {
        await using var host = await StartAsync("superseded", pipeline => pipeline.Add("a"));
        await host.WaitForEndAsync(await host.TriggerAsync());
        await host.ExecuteAsync("update run set created_at = created_at - interval 10 day, started_at = started_at - interval 10 day, ended_at = ended_at - interval 10 day");
        await Assert.ThrowsAsync<FenceLostException>(() => host.Get<RunRetention>().PruneAsync(new Fence("gone", 1), _ => { }, default));
        Assert.Equal("1", await IdsAsync(host, "task_run"));
    }

    private static Task<OrchestrationHost> StartAsync(string name, Action<PipelineBuilder> describe) => OrchestrationHost.StartAsync(
        MariaDb.CreateDatabase(name), describe, settings: new() { ["Retention:Runs"] = "8" },
        configure: services => services.AddSingleton(new EventChannels(["test"], EventKind.All)).AddSingleton(new RunReference("analysis_result", "run", "x.pruned_at is null")));

    private static async Task<(long, long)> PruneAsync(OrchestrationHost host)
    {
        var fence = await host.Get<Warehouse>().TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, "test"), default);
        return await host.Get<RunRetention>().PruneAsync(fence, _ => { }, default);
    }

    private static Task<string> IdsAsync(OrchestrationHost host, string table) =>
        host.QueryAsync<string>($"select group_concat(distinct {(table == "run" ? "id" : "run_id")} order by 1) from {OfRuns.Single(known => known == table)}");
}
