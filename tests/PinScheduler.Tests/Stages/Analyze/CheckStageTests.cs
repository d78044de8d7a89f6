using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Tests.Stages.Analyze;

public sealed class CheckStageTests : IAsyncLifetime
{
    private static readonly DateTime Day = new(2020, 1, 2);
    private AnalysisDatabase _database = null!;

    public async Task InitializeAsync() => _database = await AnalysisDatabase.CreateAsync("check_stage");

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Checks_FindNothing_WhenTheWarehouseIsEmpty()
    {
        var run = await _database.AddRunAsync("running");
        foreach (var task in AnalysisDatabase.Tasks.Analyses.Concat(AnalysisDatabase.Tasks.Checks))
        {
            Assert.Equal(0, (await _database.RunAsync(task.File, run)).Counts.Values.Single());
        }

        Assert.Empty(_database.Warnings);
    }

    [Fact]
    public async Task Orphans_AreFound_WithWhatIsMissing()
    {
        await _database.FillAsync([new(1, 1, "a", "art"), new(2, 1, "a", "art")], [new(1, "Chad", Day), new(3, "Chad", Day)], [new(1, 20, Day), new(3, 20, Day)]);

        Assert.Equal(1, (await _database.RunAsync(AnalysisDatabase.File("orphan_pin"))).Counts["broken"]);
        await _database.RunAsync(AnalysisDatabase.File("orphan_geo"));
        await _database.RunAsync(AnalysisDatabase.File("orphan_user"));

        Assert.Equal(["2|0|0"], await _database.RowsAsync("orphan_pin"));
        Assert.Equal(["3|0|1"], await _database.RowsAsync("orphan_geo"));
        Assert.Equal(["3|0|1"], await _database.RowsAsync("orphan_user"));
        Assert.Contains("Check 'orphan_pin': 1 row (Records in clean_pin whose post is missing in clean_geo or clean_user).", _database.Warnings);
    }

    [Fact]
    public async Task PostedBeforeJoining_IsFound()
    {
        await _database.FillAsync([], [new(1, "Chad", Day), new(2, "Chad", Day), new(3, "Chad", null)], [new(1, 20, Day.AddSeconds(1)), new(2, 20, Day), new(3, 20, Day)]);

        await _database.RunAsync(AnalysisDatabase.File("posted_before_joining"));

        Assert.Equal(["1|2020-01-02T00:00:00Z|2020-01-02T00:00:01Z"], await _database.RowsAsync("posted_before_joining"));
    }

    [Fact]
    public async Task EmptyResults_AreFound_WhenThereArePosts()
    {
        await _database.FillAsync([new(1, 1, "a", "art")], [new(1, "Chad", Day)], [new(1, null, Day)]);
        var run = await _database.AddRunAsync("running");
        await _database.RunAsync(AnalysisDatabase.File("popular_category_by_country"), run);
        await _database.RunAsync(AnalysisDatabase.File("median_followers_by_age_group"), run);

        await _database.RunAsync(AnalysisDatabase.File("empty_results"), run);

        Assert.Equal(["median_followers_by_age_group"], await _database.RowsAsync("empty_results", run));
    }

    [Fact]
    public async Task RowsDropped_IsFound_AgainstTheLastSucceededRunOnly()
    {
        var years = AnalysisDatabase.File("users_joined_by_year");
        await RunWithYears(await _database.AddRunAsync("succeeded", Day), 6);
        await RunWithYears(await _database.AddRunAsync("succeeded", Day.AddDays(1)), 4);
        await RunWithYears(await _database.AddRunAsync("failed", Day.AddDays(2)), 6);
        var half = await _database.AddRunAsync("running");
        await RunWithYears(half, 2);
        var less = await _database.AddRunAsync("running");
        await RunWithYears(less, 1);

        await _database.RunAsync(AnalysisDatabase.File("result_rows_dropped"), half);
        await _database.RunAsync(AnalysisDatabase.File("result_rows_dropped"), less);

        Assert.Empty(await _database.RowsAsync("result_rows_dropped", half));
        Assert.Equal(["users_joined_by_year|4|1"], await _database.RowsAsync("result_rows_dropped", less));

        async Task RunWithYears(long run, int count)
        {
            await _database.FillAsync([], [], [.. Enumerable.Range(2015, count).Select(year => new UserRow(year, 20, new DateTime(year, 5, 5)))]);
            await _database.RunAsync(years, run);
        }
    }

    [Fact]
    public async Task Run_FailsWithItsCountAndKeepsTheFirstRows_WhenItsSeverityIsFail()
    {
        var file = Check("with recursive n as (select 1 as i union all select i + 1 from n where i < 900) select a.i from n a join n b on b.i <= 2", SqlTaskFile.Fail);

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => _database.RunAsync(file));

        Assert.False(failed.Retry);
        Assert.StartsWith("Check 'mine': 1800 rows (Mine).", failed.Message, StringComparison.Ordinal);
        Assert.Equal(1800, failed.Result!.Counts["broken"]);
        Assert.Equal(1000, (await _database.RowsAsync("mine")).Count);
        Assert.Empty(_database.Warnings);
    }

    private static SqlTaskFile Check(string sql, string severity) => new() { Path = "mine.sql", Kind = SqlTaskKind.Check, Name = "mine", Title = "Mine", Columns = [], Tables = [], Severity = severity, Sql = sql };
}
