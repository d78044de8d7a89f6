using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration;

public sealed class BackfillTests
{
    private static readonly string[] Days = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"];

    [Fact]
    public async Task Backfill_RunsEachDateOnce_OldestFirst_WithItsParameters_AndLeavesOutWhatIsDone()
    {
        var seen = new List<(DateOnly, long?)>();
        await using var host = await HostAsync("backfill", (context, _) =>
        {
            lock (seen)
            {
                seen.Add((context.LogicalDate, context.Parameters.Whole("posts")));
            }

            return Task.FromResult(TestStage.Nothing);
        });
        await WaitForRunAsync(host, "/api/pipelines/nightly/runs", new { logicalDate = Days[1] });
        await WaitForRunAsync(host, "/api/pipelines/nightly/runs", new { logicalDate = Days[2], only = new[] { "b" } });

        var backfill = await WaitAsync(host, await StartAsync(host, new { from = Days[0], to = Days[3], parameters = new { posts = 5 }, requestedBy = "ann" }));

        // a run of some tasks only has not done its date
        Assert.Equal("succeeded", backfill.GetProperty("state").GetString());
        Assert.Equal([Days[0], Days[2], Days[3]], backfill.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("logicalDate").GetString()!));
        Assert.Equal([(Day(1), 1000), (Day(0), 5), (Day(2), 5), (Day(3), 5)], seen);
        Assert.Equal("backfill ann", await host.QueryAsync<string>("select group_concat(distinct concat(`trigger`, ' ', requested_by)) from run where backfill is not null"));

        var forced = await WaitAsync(host, await StartAsync(host, new { from = Days[0], to = Days[1], force = true }));
        Assert.Equal(2, forced.GetProperty("runs").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, forced.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Backfill_LetsTheNightGoFirst_AndIsCancelledAsOne()
    {
        using var gate = new SemaphoreSlim(0);
        await using var host = await HostAsync("backfill_cancel", async (context, cancellationToken) =>
        {
            await gate.WaitAsync(cancellationToken);
            return TestStage.Nothing;
        });
        var backfill = await StartAsync(host, new { from = Days[0], to = Days[3] });
        var night = await host.TriggerAsync();
        gate.Release();
        await host.WaitAsync(night, run => run.State == "running");
        Assert.Equal(1, await host.QueryAsync<int>("select count(*) from run where backfill is not null"));
        gate.Release();
        await host.WaitForNoneAsync("select 2 - count(*) from run where backfill is not null");

        using var cancelled = await host.Http.PostAsJsonAsync($"/api/backfills/{backfill}/cancel", new { });

        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        await host.WaitForNoneAsync("select count(*) from run where ended_at is null");
        await host.Get<Reconciler>().RunOnceAsync(default);
        Assert.Equal("cancelled,succeeded", await host.QueryAsync<string>("select group_concat(state order by state) from run where backfill is not null"));
        using var again = await host.Http.PostAsJsonAsync($"/api/backfills/{backfill}/cancel", new { });
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task Backfill_GoesOn_AfterAFailedRun_AndAfterItsServerDied()
    {
        var database = MariaDb.CreateDatabase("backfill_crash");
        await using (var dies = await HostAsync(database, TestStage.Nothing, workers: 0))
        {
            await StartAsync(dies, new { from = Days[0], to = Days[2] });
        }

        await using var host = await HostAsync(database, (context, _) =>
            context.LogicalDate == Day(1) ? throw new StageFailedException("unlucky") : Task.FromResult(TestStage.Nothing));

        var backfill = await WaitAsync(host, "1");

        Assert.Equal("failed", backfill.GetProperty("state").GetString());
        Assert.Equal(["succeeded", "failed", "succeeded"], backfill.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("state").GetString()!));
    }

    [Theory]
    [InlineData("{}", 422, "'from' is missing")]
    [InlineData("""{"from":"2026-11-02","to":"2026-11-01"}""", 422, "before 'from'")]
    [InlineData("""{"from":"2026-11-02","to":"1 November"}""", 422, "1 November")]
    [InlineData("""{"from":"2000-01-01","to":"2026-11-01"}""", 422, "3660 at most")]
    [InlineData("""{"from":"2026-11-02","to":"2026-11-03","parallel":2}""", 422, "one run is active at a time")]
    [InlineData("""{"from":"2026-11-02","to":"2026-11-03","parameters":{"post":1}}""", 422, "post")]
    [InlineData("""{"from":"2026-11-02","untill":"2026-11-03"}""", 422, "is no field here")]
    public async Task Start_SaysWhatIsWrong(string body, int status, string expected)
    {
        await using var host = await HostAsync("backfill_wrong", TestStage.Nothing);
        using var answer = await host.Http.PostAsync("/api/pipelines/nightly/backfill", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(expected, (await answer.Content.ReadAsStringAsync()).Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(0, await host.QueryAsync<int>("select count(*) from backfill"));
    }

    private static DateOnly Day(int day) => DateOnly.Parse(Days[day], System.Globalization.CultureInfo.InvariantCulture);

    private static Task<OrchestrationHost> HostAsync(string database, StageResult result, int workers = 2) => HostAsync(database, (_, _) => Task.FromResult(result), workers);

    private static Task<OrchestrationHost> HostAsync(string database, Func<StageContext, CancellationToken, Task<StageResult>> work, int workers = 2) => OrchestrationHost.StartAsync(
        database.Contains(';', StringComparison.Ordinal) ? database : MariaDb.CreateDatabase(database),
        pipeline =>
        {
            pipeline.Parameter("posts", ParameterType.Whole, 1000);
            pipeline.Add("a", work);
            pipeline.Add("b");
        },
        settings: new() { ["Pipeline:Workers:analyze"] = $"{workers}" });

    private static async Task<string> StartAsync(OrchestrationHost host, object body)
    {
        using var answer = await host.Http.PostAsJsonAsync("/api/pipelines/nightly/backfill", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> WaitAsync(OrchestrationHost host, string backfill)
    {
        await host.WaitForNoneAsync("select count(*) from run where ended_at is null");
        await host.WaitForNoneAsync($"select count(*) from backfill where id = {backfill} and state = 'running'", seconds: 40);
        return await host.Http.GetFromJsonAsync<JsonElement>($"/api/backfills/{backfill}");
    }

    private static async Task WaitForRunAsync(OrchestrationHost host, string path, object body)
    {
        using var answer = await host.Http.PostAsJsonAsync(path, body);
        await host.WaitForEndAsync(long.Parse((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!));
    }
}
