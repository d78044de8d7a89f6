using Dapper;
using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Tests.Results;

public sealed class ChecksApiTests : IAsyncLifetime
{
    private ResultsBench _bench = null!;

    public async Task InitializeAsync() => _bench = await ResultsBench.CreateAsync("results_checks");

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Outcome_IsShown_WithThresholdMessageAndRows()
    {
        var run = await _bench.Database.AddRunAsync("running");
        await _bench.Database.RunAsync(File("empty_results", "select 1 as n from dual where false"), run);
        await _bench.Database.RunAsync(File("rejected_share", "select 0.5 as n from dual where @threshold = 0.25 union all select 2") with { Threshold = 0.25m, Message = CheckMessage.Parse("{broken} over {threshold}", 0.25m, _ => throw new InvalidOperationException()) }, run);
        await Assert.ThrowsAsync<StageFailedException>(() => _bench.Database.RunAsync(File("orphan_pin", "select 3 as n") with { Severity = SqlTaskFile.Fail }, run));
        await using var connection = await _bench.Database.Warehouse.OpenAsync(default);
        await connection.ExecuteAsync("update check_result set milliseconds = 5");

        Assert.Equal(
            """
            [{"check":"orphan_pin","title":"New records in clean_pin whose post is missing in clean_geo or clean_user","outcome":"failed","severity":"fail","threshold":null,"broken":1,"message":"1 row (New records in clean_pin whose post is missing in clean_geo or clean_user).","milliseconds":5},
            {"check":"rejected_share","title":"Data sets of whose records many were rejected","outcome":"warned","severity":"warn","threshold":0.25,"broken":2,"message":"2 over 0.25","milliseconds":5},
            {"check":"empty_results","title":"Analyses without a row although there are posts","outcome":"passed","severity":"warn","threshold":null,"broken":0,"message":null,"milliseconds":5}]
            """.Replace("\n", "", StringComparison.Ordinal),
            await _bench.GetAsync($"/api/runs/{run}/checks"));
        Assert.EndsWith(""","columns":["n"],"rows":[[0.5],[2]]}""", await _bench.GetAsync($"/api/runs/{run}/checks/rejected_share"), StringComparison.Ordinal);
        await _bench.RefusedAsync(404, $"/api/runs/{run}/checks/orphan_geo", "Check 'orphan_geo' has not run in run");
        await _bench.RefusedAsync(404, $"/api/runs/{run}/checks/orphan_pins", "did you mean 'orphan_pin'?");
        await _bench.RefusedAsync(404, "/api/runs/99/checks", "There is no run '99'");
    }

    private static SqlTaskFile File(string name, string sql) => Stages.Analyze.AnalysisDatabase.File(name) with { Path = name + ".sql", Sql = sql, Columns = [], Threshold = null, Message = CheckMessage.Default };
}
