using PinScheduler.Hosting;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Tests.Stages.Analyze;

public sealed class SqlTaskFileTests
{
    [Fact]
    public void Parse_TakesTheFileName_WhenTheHeaderHasNoName()
    {
        var file = SqlTaskFile.Parse("sql/analytics/followers_by_kind.sql", SqlTaskKind.Analysis, "-- tables: clean_pin\nselect 1");

        Assert.Equal("followers_by_kind", file.Name);
        Assert.Equal("Followers by kind", file.Title);
        Assert.Empty(file.Columns);
    }

    [Fact]
    public void Parse_ReadsTheWholeHeader_WhateverTheLineEnds()
    {
        var file = SqlTaskFile.Parse("x.sql", SqlTaskKind.Analysis, "-- name: by_kind\r\n-- title: By kind: all\r\n-- task: 12\r\n-- columns: kind, n\r\n-- tables: clean_pin `clean_geo`\r\n-- chart: line x=kind y=n\r\n\r\n-- Note: prose\r\nselect 1");

        Assert.Equal(("by_kind", "By kind: all", "12"), (file.Name, file.Title, file.Task));
        Assert.Equal(["kind", "n"], file.Columns);
        Assert.Equal(["clean_pin", "clean_geo"], file.Tables);
        Assert.Equal(new Chart("line", "kind", "n"), file.Chart);
    }

    [Theory]
    [InlineData("-- tables: clean_pin\n-- titel: x", "x.sql:2: unknown header key 'titel'; did you mean 'title'?")]
    [InlineData("-- title: x", "x.sql:1: the header has no '-- tables: …'")]
    [InlineData("-- tables:", "x.sql:1: 'tables' has no value")]
    [InlineData("-- tables: a\n-- tables: b", "x.sql:2: 'tables' stands in line 1 already")]
    [InlineData("-- tables: a\n-- Ties all stay", "x.sql:2: '-- Ties all stay' is not a header line; expected '-- key: value'")]
    [InlineData("-- tables: a\n-- name: Drop Table", "x.sql:2: 'Drop Table' cannot be a task's name")]
    [InlineData("-- tables: a\n-- chart: bart x=a y=b", "x.sql:2: chart 'bart' is unknown; did you mean 'bar'?")]
    [InlineData("-- tables: a\n-- columns: country, n\n-- chart: bar x=county y=n", "x.sql:3: 'county' in the chart is none of the columns; did you mean 'country'?")]
    [InlineData("-- tables: a\n-- columns: country, n\n-- key: county", "x.sql:3: 'county' is none of the columns; did you mean 'country'?")]
    public void Parse_NamesFileAndLine_WhenTheHeaderIsWrong(string sql, string message) =>
        Assert.StartsWith(message, Assert.Throws<SqlFileException>(() => SqlTaskFile.Parse("x.sql", SqlTaskKind.Analysis, sql)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("-- tables: a", "x.sql:1: the header has no '-- severity: warn' (or fail)")]
    [InlineData("-- tables: a\n-- severity: error", "x.sql:2: severity is 'error'; it must be 'warn' or 'fail'.")]
    [InlineData("-- tables: a\n-- chart: bar x=a y=b", "x.sql:2: unknown header key 'chart'")]
    [InlineData("-- tables: a\n-- severity: warn\n-- threshold: much\nselect @threshold", "x.sql:3: the threshold is 'much'; it must be a number")]
    [InlineData("-- tables: a\n-- severity: warn\n-- threshold: 1\nselect 1", "x.sql:3: the query does not use @threshold")]
    [InlineData("-- tables: a\n-- severity: warn\nselect @threshold", "x.sql:1: the query uses @threshold, but the header has no '-- threshold: 0.05'.")]
    [InlineData("-- tables: a\n-- severity: warn\n-- message: over {threshold}", "x.sql:3: the message says {threshold}, but the header has no '-- threshold: 0.05'.")]
    [InlineData("-- tables: a\n-- severity: warn\n-- message: {brocken} rows", "x.sql:3: '{brocken}' in the message stands for nothing; did you mean 'broken'?")]
    public void Parse_NamesFileAndLine_WhenACheckIsWrong(string sql, string message) =>
        Assert.StartsWith(message, Assert.Throws<SqlFileException>(() => SqlTaskFile.Parse("x.sql", SqlTaskKind.Check, sql)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_ReadsWhatACheckComparesWithAndSays()
    {
        var check = SqlTaskFile.Parse("x.sql", SqlTaskKind.Check, "-- title: Y\n-- tables: a\n-- severity: fail\n-- threshold: 0.050\n-- message: {broken} of {title} above {threshold}\nselect 1 > @threshold");

        Assert.Equal(0.05m, check.Threshold);
        Assert.Equal("7 of Y above 0.050", check.Message.Text(check, 7));
        Assert.Equal("7 of Y above 0.050.", check.Message.Sentence(check, 7));
        Assert.Equal("1 row (Y).", CheckMessage.Default.Text(check, 1));
        Assert.Equal("1 row (Y).", CheckMessage.Default.Sentence(check, 1));
    }

    [Fact]
    public void Load_FindsAllOurs_AndWhatTheyWaitFor()
    {
        var tasks = SqlTasks.Load(AnalysisDatabase.Sql);

        Assert.Equal(["geo_posts", "clean-geo", "clean-pin"], tasks.Analyses.Single(task => task.File.Name == "top_user_by_country").DependsOn);
        Assert.Equal(["geo_posts"], tasks.Analyses.Single(task => task.File.Name == "popular_category_by_country").Rollups.Select(file => file.Name));
        Assert.Equal(["clean-geo", "clean-pin"], tasks.Rollups.Single(task => task.File.Name == "geo_posts").DependsOn);
        Assert.Equal(["4", "5", "5", "6.1", "6.2", "7", "7", "8", "9", "10", "11"], tasks.Analyses.Select(task => task.File.Task!));
        Assert.All(tasks.Analyses, task => Assert.NotNull(task.File.Chart));
        Assert.All(tasks.Analyses, task => Assert.NotEmpty(task.File.Key));
        Assert.All(tasks.Checks, task => Assert.Equal(SqlTaskFile.Warn, task.File.Severity));
        Assert.Equal(11 + 3, tasks.Checks.Single(task => task.File.Name == "empty_results").DependsOn.Count);
    }

    [Fact]
    public void Load_SaysAllThatIsWrong_AtOnce()
    {
        var folder = Directory.CreateTempSubdirectory("sql-tasks-");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "analytics"));
        Directory.CreateDirectory(Path.Combine(folder.FullName, "checks"));
        void Write(string path, string text) => File.WriteAllText(Path.Combine(folder.FullName, path), text);
        Write("analytics/a.sql", "-- tables: clean_pins\nselect 1");
        Write("analytics/b.sql", "-- name: a\n-- tables: my_own_table, fact_geo\nselect 1");
        Write("checks/c.sql", "-- tables: result:aa\n-- severity: fail\nselect 1");
        Write("checks/d.sql", "-- tabels: x\nselect 1");
        Write("checks/clean-pin.sql", "-- tables: x\n-- severity: warn\nselect 1");

        var message = Assert.Throws<SqlFileException>(() => SqlTasks.Load(new SqlFolder(folder.FullName))).Message;

        Assert.Contains("'tables' names 'clean_pins', which no task makes; did you mean 'clean_pin'?", message);
        Assert.Contains("are both named 'a'", message);
        Assert.Contains("'result:aa', which no task makes; did you mean 'a'?", message);
        Assert.Contains("d.sql:1: unknown header key 'tabels'; did you mean 'tables'?", message);
        Assert.Contains("clean-pin.sql is named 'clean-pin', as a task of the pipeline's own is; give it another '-- name:'.", message);
        Assert.Equal(5, message.Split(Environment.NewLine).Length);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("landing_file")]
    [InlineData("clean_user")]
    [InlineData("clean_user_next")]
    [InlineData("user_data")]
    [InlineData("schema_version")]
    [InlineData("hangfirejob")]
    [InlineData("rollup_state")]
    public void Load_RefusesARollup_WhoseTableWouldBeOneOfOurs(string name)
    {
        var folder = Directory.CreateTempSubdirectory("sql-rollup-");
        Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "schema"), Path.Combine(MariaDb.Root, "sql", "schema"));
        var rollups = Directory.CreateDirectory(Path.Combine(folder.FullName, "rollups")).FullName;
        const string Query = "-- columns: join_year, users\n-- key: join_year\n-- merge: users sum\n-- tables: fact_user\nselect join_year, count(*) as users from fact_user group by join_year\n";
        File.WriteAllText(Path.Combine(rollups, "users.sql"), $"-- name: {name}\n{Query}");
        File.WriteAllText(Path.Combine(rollups, "mine.sql"), Query);

        var message = Assert.Throws<SqlFileException>(() => SqlTasks.Load(new SqlFolder(folder.FullName))).Message;

        Assert.Equal($"{Path.Combine(rollups, "users.sql")}: '{name}' is the name of a table of PinScheduler's own, and a rollup makes a table of its name; give it another ('-- name: {name}_rollup').", message);
        folder.Delete(recursive: true);
    }
}
