using Dapper;
using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Tests.Stages.Analyze;

public sealed class RollupTests : IAsyncLifetime
{
    private static readonly UserRow[] Users = [new(1, 20, new(2016, 1, 1)), new(2, 20, new(2016, 5, 5)), new(3, null, null)];

    private AnalysisDatabase _database = null!;

    public async Task InitializeAsync() => _database = await AnalysisDatabase.CreateAsync("rollups");

    public async Task DisposeAsync() => await _database.DisposeAsync();

    private static SqlTaskFile Joined { get; } = AnalysisDatabase.Tasks.Rollups.Single(task => task.File.Name == "joined_users").File;

    [Fact]
    public async Task Keep_AddsNewRowsOnly_AndNothingWhereNothingIsNew()
    {
        await _database.AddAsync([], [], Users);
        Assert.Equal((2L, 0, true), Of(await _database.KeepAsync(Joined)));

        await _database.AddAsync([], [], [new(1, 30, new(2017, 1, 1)), new(9, 30, new(2016, 1, 1))]);
        // what is not looked at again is not seen to be gone
        await ExecuteAsync("delete from fact_user where ind = 2");

        Assert.Equal((3L, 1, false), Of(await _database.KeepAsync(Joined)));
        Assert.Equal((3L, 0, false), Of(await _database.KeepAsync(Joined)));
        Assert.Equal(["0 1", "2016 3", "2017 1"], await RowsAsync());
    }

    [Fact]
    public async Task Keep_SaysAndMends_WhatDiffers_WhenComputedAnew()
    {
        await _database.AddAsync([], [], Users);
        await _database.KeepAsync(Joined);
        Assert.Equal(0, (await _database.KeepAsync(Joined, anew: true)).Wrong);
        Assert.Empty(_database.Warnings);
        await ExecuteAsync("update joined_users set users = 7 where join_year = 2016; insert into joined_users values (1999, 1)");

        var kept = await _database.KeepAsync(Joined, anew: true);

        // the row as it was, the row as it should be, and one that should not be
        Assert.Equal(3, kept.Wrong);
        Assert.StartsWith("The rollup 'joined_users' differed in 3 rows", Assert.Single(_database.Warnings), StringComparison.Ordinal);
        Assert.Equal(["0 1", "2016 2"], await RowsAsync());
    }

    [Fact]
    public async Task Keep_BeginsAnew_WhenOtherTablesHaveTakenTheClean_EvenByTheSameRules()
    {
        await _database.AddAsync([], [], Users);
        await ExecuteAsync($"alter table clean_user comment = '{TableMaking.New("a").Comment}'; update cleaned_file set rules = 'a'");
        await _database.KeepAsync(Joined);
        // the same records under higher numbers
        await ExecuteAsync($"alter table clean_user comment = '{TableMaking.New("a").Comment}'; update clean_order set last_number = 9; update cleaned_file set load_number = 9");

        Assert.True((await _database.KeepAsync(Joined)).Full);
        Assert.Equal(["0 1", "2016 2"], await RowsAsync());
    }

    [Fact]
    public async Task Keep_CountsOnlyFilesOfTheRulesThatAreLive()
    {
        await _database.AddAsync([], [], Users);
        await _database.KeepAsync(Joined);
        // as while another table is being filled by other rules
        await ExecuteAsync("insert into cleaned_file (landing_file, rules, data_set, run, load_number, records, accepted, duplicates, rejected, cleaned_at) select landing_file, 'other', data_set, run, 2, records, accepted, duplicates, rejected, cleaned_at from cleaned_file where data_set = 'user'");

        Assert.Equal((2L, 0, false), Of(await _database.KeepAsync(Joined)));
    }

    [Fact]
    public async Task Keep_MakesTheTableAnew_WhenTheQueryHasChanged()
    {
        await _database.AddAsync([], [], Users);
        await _database.KeepAsync(Joined);
        var other = Parse(Joined.Sql.Replace("count(*) as users", "min(age) as users", StringComparison.Ordinal).Replace("users sum", "users min", StringComparison.Ordinal));

        Assert.True((await _database.KeepAsync(other)).Full);

        Assert.Equal(["0 ∅", "2016 20"], await RowsAsync());
        await _database.AddAsync([], [], [new(4, 19, null), new(5, null, new(2016, 1, 1)), new(6, 19, new(2016, 1, 1))]);
        Assert.False((await _database.KeepAsync(other)).Full);
        Assert.Equal(["0 19", "2016 19"], await RowsAsync());
    }

    [Fact]
    public async Task Keep_LeavesATableThatIsNoRollupsAlone()
    {
        var run = Parse(Joined.Sql.Replace("-- name: joined_users", "-- name: run", StringComparison.Ordinal));

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => _database.KeepAsync(run));

        Assert.Contains("there is a table 'run' in the database that is no rollup's", failure.Message, StringComparison.Ordinal);
        await ExecuteAsync("select id from run");
    }

    [Fact]
    public async Task Keep_NamesTheFile_WhenTheServerRefusesTheQuery()
    {
        var wrong = Parse(Joined.Sql.Replace("join_year, count", "join_yaer as join_year, count", StringComparison.Ordinal));

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => _database.KeepAsync(wrong));

        Assert.StartsWith("joined_users.sql: Unknown column 'join_yaer'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_WaitsForNobody_AndLosesNothing_WhileFilesAreAdded()
    {
        await _database.AddAsync([], [], Users);
        await _database.KeepAsync(Joined);
        await using var cleaner = await _database.Warehouse.OpenAsync(default);
        await using var transaction = await cleaner.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted);
        await cleaner.ExecuteAsync("insert into fact_user values (8, unhex('ff'), 1, 2018, 999)", transaction: transaction);
        await _database.AddAsync([], [], [new(7, 1, new(2019, 1, 1))]);

        Assert.Equal(1, (await _database.KeepAsync(Joined)).Files);

        await cleaner.ExecuteAsync(
            "update clean_order set last_number = last_number + 1 where data_set = 'user'; insert into cleaned_file (landing_file, rules, data_set, run, load_number, records, accepted, duplicates, rejected, cleaned_at) select 999, '', 'user', 1, last_number, 0, 0, 0, 0, utc_timestamp(6) from clean_order where data_set = 'user'",
            transaction: transaction);
        await transaction.CommitAsync();
        Assert.Equal(1, (await _database.KeepAsync(Joined)).Files);
        Assert.Equal(["0 1", "2016 2", "2018 1", "2019 1"], await RowsAsync());
    }

    [Theory]
    [InlineData("-- key: join_year", "-- key: users", "each column must be in one of both, once")]
    [InlineData("users sum", "users avg", "'users avg' is not a column and 'sum', 'max' or 'min'")]
    [InlineData("-- merge: users sum\n", "", "the header has no '-- merge: …'")]
    [InlineData("tables: fact_user", "tables: fact_user, clean_pin", "'clean_pin' is none of them")]
    [InlineData("tables: fact_user", "tables: fact_user, fact_pin", "reads 'fact_pin' 0 times")]
    [InlineData("from fact_user", "from fact_user, fact_user u", "reads 'fact_user' 2 times")]
    [InlineData("count(*)", "count(distinct ind)", "cannot have 'distinct'")]
    [InlineData("from fact_user", "from fact_user left join fact_pin on 1", "cannot have 'left'")]
    public void Parse_SaysWhatIsWrong(string part, string other, string expected)
    {
        Assert.Contains(part, Joined.Sql, StringComparison.Ordinal);
        var failure = Assert.Throws<SqlFileException>(() => Parse(Joined.Sql.Replace(part, other, StringComparison.Ordinal)));
        Assert.StartsWith("joined_users.sql:", failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TakesExpressionsComments_AndWordsInQuotes()
    {
        var file = Parse(Joined.Sql.Replace("select join_year", "with u as (select join_year /* left join */ from fact_user where 'a -- limit' <> '#') -- over\nselect join_year", StringComparison.Ordinal).Replace("from fact_user\ngroup", "from u\ngroup", StringComparison.Ordinal));

        Assert.Equal(
            "with fact_user as (select * from fact_user where src = 1), u as (select join_year  from fact_user where 'a -- limit' <> '#')",
            file.Rollup!.Sql.Over(new Dictionary<DataSet, string> { [DataSet.User] = "src = 1" }).Split('\n')[0].TrimEnd());
    }

    private static SqlTaskFile Parse(string sql) => SqlTaskFile.Parse("joined_users.sql", SqlTaskKind.Rollup, sql);

    private static (long Rows, int Files, bool Full) Of(PinScheduler.Stages.Analyze.Rollups.RollupOutcome outcome) => (outcome.Rows, outcome.Files, outcome.Full);

    private async Task<List<string>> RowsAsync()
    {
        await using var connection = await _database.Warehouse.OpenAsync(default);
        return (await connection.QueryAsync<string>("select concat(join_year, ' ', coalesce(users, '∅')) from joined_users order by join_year")).AsList();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _database.Warehouse.OpenAsync(default);
        await connection.ExecuteAsync(sql);
    }
}
