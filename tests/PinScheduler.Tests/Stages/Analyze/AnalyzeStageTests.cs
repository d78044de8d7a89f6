using Dapper;
using PinScheduler.Database;
using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Tests.Stages.Analyze;

public sealed class AnalyzeStageTests : IAsyncLifetime
{
    private AnalysisDatabase _database = null!;

    public async Task InitializeAsync() => _database = await AnalysisDatabase.CreateAsync("analyze_stage");

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Run_KeepsEveryValueExactly()
    {
        var file = Analysis(
            """
            select cast('12345678901234567890123456789012345.678900' as decimal(41, 6)) as d, cast(2.5000 as decimal(10, 4)) as half, 100 as hundred, cast(18446744073709551615 as unsigned) as big,
                cast('2020-02-29 01:02:03.450000' as datetime(6)) as t, cast('2020-02-29' as date) as day, cast('-26:00:01' as time) as span, null as nothing, '' as `empty`, 'Zoë "x", 💉' as text, 0.1e0 as f, 1 = 1 as yes
            """);

        await _database.RunAsync(file);

        Assert.Equal(["12345678901234567890123456789012345.6789|2.5|100|18446744073709551615|2020-02-29T01:02:03.45Z|2020-02-29|-26:00:01|∅||Zoë \"x\", 💉|0.1|1"], await _database.RowsAsync("mine"));
    }

    [Fact]
    public async Task Run_ReplacesItsOwnRows_WhenItIsRepeated()
    {
        await _database.RunAsync(Analysis("select 1 as n union all select 2 union all select 3"), run: 7);
        await _database.RunAsync(Analysis("select 1 as n"), run: 8);
        var again = await _database.RunAsync(Analysis("select 5 as n"), run: 7);

        Assert.Equal(1, again.Counts["rows"]);
        Assert.Equal(["5"], await _database.RowsAsync("mine", 7));
        Assert.Equal(["1"], await _database.RowsAsync("mine", 8));
    }

    [Fact]
    public async Task Run_KeepsAllRowsInTheirOrder_WhenThereAreThousands()
    {
        var result = await _database.RunAsync(Analysis("with recursive n as (select 1 as i union all select i + 1 from n where i < 999) select 1000 * a.i + b.i as v from n a join n b on b.i <= 5 order by v desc"));

        Assert.Equal(4995, result.Counts["rows"]);
        var rows = await _database.RowsAsync("mine");
        Assert.Equal(4995, rows.Count);
        Assert.Equal(rows.OrderByDescending(long.Parse), rows);
    }

    [Fact]
    public async Task Run_KnowsItsRun()
    {
        await _database.RunAsync(Analysis("select @run as run, cast(@logical_date as date) as day"), run: 12);

        Assert.Equal(["12|2026-11-22"], await _database.RowsAsync("mine", 12));
    }

    [Theory]
    [InlineData("select nothing from clean_pin", "mine.sql: Unknown column 'nothing' in '…' (error 1054)")]
    [InlineData("selekt 1", "mine.sql: You have an error in your SQL syntax")]
    [InlineData("select * from clean_pins", "clean_pins' doesn't exist (error 1146)")]
    [InlineData("select (select 1 union select 2)", "mine.sql: Subquery returns more than 1 row (error 1242)")]
    [InlineData("select @mine", "mine.sql: Parameter '@mine' must be defined")]
    [InlineData("do 1", "mine.sql has no select")]
    [InlineData("select 1; select 2", "mine.sql gives more than one result")]
    [InlineData("delete from clean_pin", "mine.sql: Cannot execute statement in a READ ONLY transaction… (error 1792)")]
    public async Task Run_FailsForGoodWithFileAndReason_WhenTheSqlIsWrong(string sql, string reason)
    {
        var failed = await Assert.ThrowsAsync<StageFailedException>(() => _database.RunAsync(Analysis(sql)));

        Assert.False(failed.Retry);
        // where MySQL and MariaDB say it in other words
        Assert.All(reason.Split('…'), part => Assert.Contains(part, failed.Message, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(await _database.RowsAsync("mine"));
    }

    [Fact]
    public async Task Run_TakesTheFileAsItIsNow()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("analyze-stage-").FullName, "mine.sql");
        const string header = "-- title: Mine\n-- tables: a, b\n";
        await File.WriteAllTextAsync(path, header + "select nothing as n");
        var file = SqlTaskFile.Load(path, SqlTaskKind.Analysis);
        await Assert.ThrowsAsync<StageFailedException>(() => _database.RunAsync(file));

        // as an editor leaves it: mended, with a new title and the tables in another order
        await File.WriteAllTextAsync(path, "-- title: Ours\n-- tables: b, a\nselect 1 as n");
        Assert.Equal(await File.ReadAllTextAsync(path), file.TextNow);
        await _database.RunAsync(file);
        Assert.Equal(["1"], await _database.RowsAsync("mine"));

        foreach (var (text, reason) in new[]
        {
            (header + "-- name: other\nselect 2 as n", "has another 'name' or other 'tables' than when this server started"),
            ("-- title: Mine\n-- tables: a\nselect 2 as n", "has another 'name' or other 'tables' than when this server started"),
            ("-- title: Mine\n-- tables: a, b\n-- chart: pie\nselect 2 as n", "mine.sql:3"),
        })
        {
            await File.WriteAllTextAsync(path, text);
            var failed = await Assert.ThrowsAsync<StageFailedException>(() => _database.RunAsync(file));
            Assert.Contains(reason, failed.Message, StringComparison.Ordinal);
            Assert.False(failed.Retry);
        }

        File.Delete(path);
        await Assert.ThrowsAsync<StageFailedException>(() => _database.RunAsync(file));
        Assert.Equal(["1"], await _database.RowsAsync("mine"));
        Directory.Delete(Path.GetDirectoryName(path)!);
    }

    [Fact]
    public async Task Run_Fails_WhenTheColumnsAreNotTheHeaders()
    {
        var file = Analysis("select 1 as b") with { Columns = ["a"] };

        Assert.Contains("gives the columns b, but its header says a", (await Assert.ThrowsAsync<StageFailedException>(() => _database.RunAsync(file))).Message);
    }

    [Fact]
    public async Task Run_ChangesNothing_WhenANewerAttemptHasTheFence()
    {
        var file = Analysis("select 1 as n");
        await _database.RunAsync(file, run: 3);
        var late = await _database.ContextAsync("mine", 3);
        await _database.ContextAsync("mine", 3);

        await Assert.ThrowsAsync<FenceLostException>(() => new AnalyzeStage(new SqlTask(file with { Sql = "select 2 as n" }, [], []), _database.Warehouse, _database.Rollups, _database.Pruning).RunAsync(late, default));

        Assert.Equal(["1"], await _database.RowsAsync("mine", 3));
    }

    [Fact]
    public async Task Run_EndsTheStatementOnTheServer_WhenItIsCancelled()
    {
        var mark = $"cancelled_{Guid.NewGuid():N}";
        using var cancel = new CancellationTokenSource();
        var running = _database.RunAsync(Analysis($"select count(*) as {mark} from information_schema.columns a, information_schema.columns b, information_schema.columns c where concat(a.column_name, b.column_name, c.column_name) = 'x'"), cancellationToken: cancel.Token);
        await Eventually(async () => await StatementsAsync(mark) == 1, "the statement runs");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually(async () => await StatementsAsync(mark) == 0, "the statement has ended on the server");
    }

    private static SqlTaskFile Analysis(string sql) => new() { Path = "mine.sql", Kind = SqlTaskKind.Analysis, Name = "mine", Title = "Mine", Columns = [], Tables = [], Sql = sql };

    private async Task<long> StatementsAsync(string mark)
    {
        await using var connection = await _database.Warehouse.OpenAsync(default);
        return await connection.ExecuteScalarAsync<long>("select count(*) from information_schema.processlist where info like concat('%', @mark, '%') and id <> connection_id()", new { mark });
    }

    private static async Task Eventually(Func<Task<bool>> condition, string what)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(25);
        }

        Assert.Fail($"Waited 5 s in vain until {what}.");
    }
}
