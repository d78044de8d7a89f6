using System.Text.Json;
using Dapper;
using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;
using PinScheduler.Tests.Stages;

namespace PinScheduler.Tests.Results;

public sealed class RetentionTests : IAsyncLifetime
{
    private const string Analysis = "users_joined_by_year";
    private ResultsBench _bench = null!;

    public async Task InitializeAsync() => _bench = await ResultsBench.CreateAsync("results_retention");

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Nothing_IsPruned_WithoutAPolicy()
    {
        var old = await ResultAsync();
        await ResultAsync();

        Assert.NotEmpty(await _bench.Database.RowsAsync(Analysis, old));
    }

    [Fact]
    public async Task Runs_AreKeptByNumber_AndFailedOnesWithTheSucceededAroundThem()
    {
        var runs = new List<long>();
        foreach (var state in new[] { "failed", "succeeded", "failed", "succeeded", "failed", "succeeded" })
        {
            runs.Add(await ResultAsync(state));
        }

        _bench.Database.Retention.ResultRetentionRuns = 2;
        var now = await ResultAsync("running");

        // of the succeeded 2, 4 and 6, 4 and 6 stay, and what failed after 4
        Assert.Equal([4, 5, 6], await KeptAsync(runs));
        Assert.NotEmpty(await _bench.Database.RowsAsync(Analysis, now));
        await _bench.RefusedAsync(404, $"/api/results/{Analysis}?run={runs[1]}", "had a result of 'users_joined_by_year', but its rows were removed on");
        Assert.Equal([$"{runs[3]}", $"{runs[5]}"], JsonDocument.Parse(await _bench.GetAsync($"/api/results/{Analysis}/trend")).RootElement.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("run").GetString()!));
    }

    [Fact]
    public async Task Days_KeepWhatIsYounger_AndNeverTakeTheNewestSucceeded()
    {
        var runs = new[] { await ResultAsync(), await ResultAsync(), await ResultAsync(), await ResultAsync("failed") };
        await using (var connection = await _bench.Database.Warehouse.OpenAsync(default))
        {
            await connection.ExecuteAsync("update run set ended_at = utc_timestamp(6) - interval 3 day where id = @id", new { id = runs[1] });
        }

        _bench.Database.Retention.ResultRetentionDays = 10;
        await ResultAsync("running");

        // 2 is younger now, and so the newest succeeded; 3 and 4 were made before it
        Assert.Equal([2], await KeptAsync(runs));
        _bench.Database.Retention.ResultRetentionDays = 2;
        await ResultAsync("running");
        Assert.Equal([2], await KeptAsync(runs));
    }

    [Fact]
    public async Task ExpireResults_PrunesWhatNoTaskOfItsOwnComesBy_AndNothingTheSecondTime()
    {
        var runs = new[] { await ResultAsync(), await ResultAsync(), await ResultAsync("failed"), await ResultAsync() };
        _bench.Database.Retention.ResultRetentionRuns = 1;
        var stage = new ExpireResultsStage(_bench.Database.Warehouse, _bench.Database.Pruning);

        Assert.Equal(3, await ExpireAsync());
        Assert.Equal([4], await KeptAsync(runs));
        Assert.Equal(0, await ExpireAsync());
        Assert.Equal([4], await KeptAsync(runs));

        async Task<long> ExpireAsync() => (await stage.RunAsync(await StageContexts.CreateAsync(_bench.Database.Warehouse, "expire-results"), default)).Counts["results"];
    }

    [Fact]
    public async Task Plan_IsKeptWithTheResult_WhenTheRunAskedForIt()
    {
        var plain = await ResultAsync();
        _bench.Database.Parameters = new RunParameters(new Dictionary<string, JsonElement> { ["explain"] = JsonSerializer.SerializeToElement(true) });
        var explained = await ResultAsync();

        await _bench.RefusedAsync(404, $"/api/results/{Analysis}/plan?run={plain}", "was not asked to keep how 'users_joined_by_year' ran");
        var plan = JsonDocument.Parse(await _bench.GetAsync($"/api/results/{Analysis}/plan")).RootElement;
        Assert.Equal($"{explained}", plan.GetProperty("run").GetString());
        Assert.Contains("fact_user", plan.GetProperty("plan").ToString(), StringComparison.Ordinal);
    }

    private Task<long> ResultAsync(string state = "succeeded") => _bench.RunAsync(Analysis, "select 2020 as join_year, count(*) as users from fact_user where age > 20", state);

    // by their place, from 1
    private async Task<List<int>> KeptAsync(IReadOnlyList<long> runs)
    {
        var kept = new List<int>();
        foreach (var (place, run) in runs.Index())
        {
            if ((await _bench.Database.RowsAsync(Analysis, run)).Count > 0)
            {
                kept.Add(place + 1);
            }
        }

        return kept;
    }
}
