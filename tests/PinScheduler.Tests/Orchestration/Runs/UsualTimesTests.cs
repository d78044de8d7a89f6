using System.Text.Json;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Runs;

public sealed class UsualTimesTests : IDisposable
{
    private readonly SemaphoreSlim _gate = new(0);

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task Run_SaysWhenItShouldEnd_ByTheMediansOfTheRunsBeforeIt()
    {
        await using var host = await StartAsync("usual");
        // waits of b: 5, 100 and 50 s; c ran without b once, and so waited for a
        await HistoryAsync(host, 1, ("a", 1, "succeeded", 0, 1000), ("b", 1, "succeeded", 1005, 1105), ("c", 1, "succeeded", 1105, 1107));
        await HistoryAsync(host, 2, ("a", 1, "succeeded", 0, 3000), ("b", 1, "succeeded", 3100, 3400), ("c", 1, "succeeded", 3400, 3406));
        await HistoryAsync(host, 3, ("a", 1, "failed", 0, 9), ("a", 2, "succeeded", 100, 2100), ("b", 1, "succeeded", 2150, 2350), ("c", 1, "failed", 2350, 2351));
        await HistoryAsync(host, 4, ("a", 1, "succeeded", 0, 2000), ("c", 1, "succeeded", 2007, 2011));
        await host.ExecuteAsync("update run set pipeline = 'another' where id = 5");
        await HistoryAsync(host, 6, ("a", 1, "succeeded", 0, 1), ("b", 1, "succeeded", 1, 2), ("c", 1, "succeeded", 2, 3));
        await host.ExecuteAsync("update run set pipeline = 'another' where id = 6");

        var run = await host.TriggerAsync();
        var view = await host.WaitAsync(run, static view => view.Tasks![0].State == "running");
        var expected = view.Expected!;
        Assert.Equal(["a", "b", "c"], expected.Path);
        // a 2000; b 50 + 200; c waits 0 (of 0, 0 and 7) and runs 4 (of 2, 4 and 6)
        Assert.Equal(view.Tasks![0].StartedAt!.Value.AddSeconds(2000 + 250 + 4), expected.EndAt, TimeSpan.FromMilliseconds(1));
        Assert.InRange(expected.SecondsLeft, 1, 2254);
        var json = JsonDocument.Parse(await host.Http.GetStringAsync($"/api/runs/{run}")).RootElement.GetProperty("expected");
        Assert.Equal("a b c", string.Join(' ', json.GetProperty("path").EnumerateArray()));

        _gate.Release();
        Assert.Null((await host.WaitForEndAsync(run)).Expected);
    }

    [Fact]
    public async Task Run_SaysNothing_WhereATaskHasNotSucceededBefore()
    {
        await using var host = await StartAsync("unusual");
        await HistoryAsync(host, 1, ("a", 1, "succeeded", 0, 1000), ("b", 1, "succeeded", 1000, 1100), ("c", 1, "failed", 1100, 1101));
        var run = await host.TriggerAsync();
        await host.WaitAsync(run, static view => view.Tasks![0].State == "running");
        Assert.DoesNotContain("\"expected\"", await host.Http.GetStringAsync($"/api/runs/{run}"), StringComparison.Ordinal);
        _gate.Release();
        await host.WaitForEndAsync(run);
    }

    private Task<OrchestrationHost> StartAsync(string name) => OrchestrationHost.StartAsync(MariaDb.CreateDatabase("usual_" + name), pipeline =>
    {
        pipeline.Add("a", async (_, cancellationToken) =>
        {
            await _gate.WaitAsync(cancellationToken);
            return TestStage.Nothing;
        });
        pipeline.Add("b").After("a");
        pipeline.Add("c").After("b");
    });

    private static async Task HistoryAsync(OrchestrationHost host, long run, params (string Task, int Attempt, string State, int From, int To)[] attempts)
    {
        await host.ExecuteAsync(
            """
            insert into run (id, pipeline, version, logical_date, state, `trigger`, parameters, created_at, started_at, ended_at)
            values (@run, 'nightly', 'x', '2026-01-01', 'succeeded', 'api', '{}', '2026-01-01', '2026-01-01', '2026-01-02')
            """, new { run });
        foreach (var (task, attempt, state, from, to) in attempts)
        {
            await host.ExecuteAsync(
                "insert into task_attempt (run_id, task_key, attempt, state, hangfire_job_id, started_at, ended_at) values (@run, @task, @attempt, @state, '0', '2026-01-01' + interval @from second, '2026-01-01' + interval @to second)",
                new { run, task, attempt, state, from, to });
        }
    }
}
