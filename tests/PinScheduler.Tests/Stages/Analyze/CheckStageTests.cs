using Dapper;
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
        Assert.Contains("Check 'orphan_pin': 1 of the run's new records in clean_pin have no record of their post in clean_geo or clean_user. (They may still come.)", _database.Warnings);
    }

    [Fact]
    public async Task Orphans_AreThoseOfTheRunsNewRecords_AgainstAllOthers()
    {
        await _database.FillAsync([new(1, 1, "a", "art"), new(2, 1, "a", "art")], [new(2, "Chad", Day)], [new(2, 20, Day)]);
        // 1 came in run 1 and gets its geo record late; 3 is new and has nothing but a geo record
        await _database.AddAsync([], [new(1, "Chad", Day), new(3, "Chad", Day)], [new(1, 20, Day)], run: 2);

        foreach (var set in new[] { "pin", "geo", "user" })
        {
            await _database.RunAsync(AnalysisDatabase.File("orphan_" + set), run: 2);
        }

        Assert.Empty(await _database.RowsAsync("orphan_pin", 2));
        Assert.Equal(["3|0|0"], await _database.RowsAsync("orphan_geo", 2));
        Assert.Empty(await _database.RowsAsync("orphan_user", 2));
    }

    [Fact]
    public async Task PostedBeforeJoining_IsFound()
    {
        await _database.FillAsync([], [new(1, "Chad", Day), new(2, "Chad", Day), new(3, "Chad", null)], [new(1, 20, Day.AddSeconds(1)), new(2, 20, Day), new(3, 20, Day)]);

        await _database.RunAsync(AnalysisDatabase.File("posted_before_joining"));

        Assert.Equal(["1|2020-01-02T00:00:00Z|2020-01-02T00:00:01Z"], await _database.RowsAsync("posted_before_joining"));
    }

    [Fact]
    public async Task PostedBeforeJoining_IsFound_WhicheverSideIsNew()
    {
        await _database.FillAsync([], [new(1, "Chad", Day), new(2, "Chad", Day)], [new(2, 20, Day.AddDays(1)), new(3, 20, Day.AddDays(1))]);
        await _database.AddAsync([], [new(3, "Chad", Day), new(4, "Chad", Day)], [new(1, 20, Day.AddDays(400)), new(4, 20, Day.AddSeconds(1))], run: 2);

        await _database.RunAsync(AnalysisDatabase.File("posted_before_joining"), run: 2);

        Assert.Equal(["1", "3", "4"], (await _database.RowsAsync("posted_before_joining", 2)).Select(row => row.Split('|')[0]));
    }

    [Fact]
    public async Task RejectedShare_IsFound_AboveItsThresholdOnly()
    {
        await using var connection = await _database.Warehouse.OpenAsync(default);
        await connection.ExecuteAsync("insert into cleaned_file (landing_file, rules, data_set, run, records, accepted, duplicates, rejected, cleaned_at) values (1, '', 'pin', 1, 100, 99, 0, 1, now()), (2, '', 'geo', 1, 100, 98, 0, 2, now()), (3, '', 'user', 2, 2, 0, 0, 2, now())");

        await _database.RunAsync(AnalysisDatabase.File("rejected_share"));

        Assert.Equal(["geo|100|2"], await _database.RowsAsync("rejected_share"));
        Assert.Equal(["Check 'rejected_share': In 1 of the data sets more than a share of 0.01 of the run's records was rejected; the table rejected_record says why, for each."], _database.Warnings);
    }

    [Fact]
    public async Task NullShareRisen_IsFound_AgainstTheLastRuns_ColumnByColumn()
    {
        await using var connection = await _database.Warehouse.OpenAsync(default);
        await CleanedAsync(await _database.AddRunAsync("succeeded"), 100, """{"title":10,"poster_name":100}""");
        await CleanedAsync(await _database.AddRunAsync("succeeded"), 300, """{"title":30}""");
        // neither a failed run counts nor one that cleaned nothing
        await CleanedAsync(await _database.AddRunAsync("failed"), 100, """{"title":100}""");
        await _database.AddRunAsync("succeeded");
        var (first, now) = (await _database.AddRunAsync("running"), await _database.AddRunAsync("running"));
        await CleanedAsync(first, 20, """{"title":4,"poster_name":7,"tag_list":2}""");
        await CleanedAsync(now, 100, """{"title":21,"poster_name":35,"tag_list":11}""");

        await _database.RunAsync(AnalysisDatabase.File("null_share_risen"), first);
        await _database.RunAsync(AnalysisDatabase.File("null_share_risen"), now);

        Assert.Equal([], await _database.RowsAsync("null_share_risen", first));
        Assert.Equal(["pin|tag_list|0|0.11", "pin|title|0.1|0.21"], await _database.RowsAsync("null_share_risen", now));
        Assert.Equal(["Check 'null_share_risen': In 2 columns the share of NULLs is more than 0.1 above that of the last seven succeeded runs."], _database.Warnings);

        // half of a run's records stand in a file of their own, where a column without NULLs is left out
        Task CleanedAsync(long run, int records, string nulls) => connection.ExecuteAsync(
            """
            insert into cleaned_file (landing_file, rules, data_set, run, records, accepted, duplicates, rejected, nulls, cleaned_at) values
                (@run * 2, '', 'pin', @run, @half, @half - 1, 1, 0, @nulls, now()), (@run * 2 + 1, '', 'pin', @run, @half + 5, @half, 0, 5, '{}', now())
            """,
            new { run, half = records / 2, nulls });
    }

    [Fact]
    public async Task UnknownNames_AreThoseOfThisRun_UnlessItIsTheFirst()
    {
        var first = await _database.AddRunAsync("succeeded");
        var second = await _database.AddRunAsync("running");
        await using var connection = await _database.Warehouse.OpenAsync(default);
        await connection.ExecuteAsync(
            """
            update run set created_at = '2026-11-21 03:00:00' where id = @first;
            insert into dim_category (name, seen_at) values ('art', '2026-11-21 03:00:01'), ('arts', '2026-11-22 03:00:01');
            insert into dim_country (name, seen_at) values ('Chad', '2026-11-22 03:00:01');
            """,
            new { first });

        await _database.RunAsync(AnalysisDatabase.File("unknown_names"), second);
        await _database.RunAsync(AnalysisDatabase.File("unknown_names"), first);

        Assert.Equal(["category|arts"], await _database.RowsAsync("unknown_names", second));
        Assert.Empty(await _database.RowsAsync("unknown_names", first));
    }

    [Fact]
    public async Task RecordsDropped_IsFound_AgainstTheMedianOfRunsStartedAlike()
    {
        await using var connection = await _database.Warehouse.OpenAsync(default);
        foreach (var records in new[] { 100, 1, 120 })
        {
            await CleanedAsync(await _database.AddRunAsync("succeeded"), records);
        }

        await CleanedAsync(await _database.AddRunAsync("failed"), 1);
        // one that cleaned nothing at all says nothing about records
        await _database.AddRunAsync("succeeded");
        var (half, less) = (await _database.AddRunAsync("running"), await _database.AddRunAsync("running"));
        await CleanedAsync(half, 50);
        await CleanedAsync(less, 49);

        await _database.RunAsync(AnalysisDatabase.File("records_dropped"), half);
        await _database.RunAsync(AnalysisDatabase.File("records_dropped"), less);

        Assert.Empty(await _database.RowsAsync("records_dropped", half));
        Assert.Equal(["pin|100|49"], await _database.RowsAsync("records_dropped", less));
        await connection.ExecuteAsync("update run set `trigger` = 'manual' where id = @less", new { less });
        await _database.RunAsync(AnalysisDatabase.File("records_dropped"), less);
        Assert.Empty(await _database.RowsAsync("records_dropped", less));

        Task CleanedAsync(long run, int records) => connection.ExecuteAsync(
            """
            insert into task_run (run_id, task_key, ordinal, state, attempts, failures, fence) values (@run, 'clean-pin', 1, 'succeeded', 1, 0, 1);
            insert into cleaned_file (landing_file, rules, data_set, run, records, accepted, duplicates, rejected, cleaned_at) values (@run, '', 'pin', @run, @records, @records, 0, 0, now())
            """,
            new { run, records });
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
    public async Task RowsDropped_IsFound_AgainstTheMedianOfTheLastSucceededRuns()
    {
        var years = AnalysisDatabase.File("users_joined_by_year");
        foreach (var (rows, day) in new[] { 6, 1, 4 }.Select((rows, day) => (rows, day)))
        {
            await RunWithYears(await _database.AddRunAsync("succeeded", Day.AddDays(day)), rows);
        }

        await RunWithYears(await _database.AddRunAsync("failed", Day.AddDays(3)), 6);
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

    [Fact]
    public async Task Run_EndsTheMessageBeforeItSaysMore_WhereItHasNoFullStop()
    {
        var file = Check("select 1", SqlTaskFile.Fail) with { Message = CheckMessage.Parse("{broken} of them (limit 0)", null, static wrong => new SqlFileException(wrong)) };

        var failed = await Assert.ThrowsAsync<StageFailedException>(() => _database.RunAsync(file));

        Assert.StartsWith("Check 'mine': 1 of them (limit 0). Its severity is 'fail'", failed.Message, StringComparison.Ordinal);
    }

    private static SqlTaskFile Check(string sql, string severity) => new() { Path = "mine.sql", Kind = SqlTaskKind.Check, Name = "mine", Title = "Mine", Columns = [], Tables = [], Severity = severity, Sql = sql };
}
