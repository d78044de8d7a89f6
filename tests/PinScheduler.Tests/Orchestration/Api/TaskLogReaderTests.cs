using Dapper;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Tests.Orchestration.Api;

public sealed class TaskLogReaderTests
{
    private const int Limit = 100;

    // of 12,000 lines of six tasks, said by turns: one that is the oldest, one in every hundredth, tenth, one in every line; letters of either case, and what means something to a pattern
    private static readonly (string Search, string? Level, string? Task, int Found)[] Searches =
    [
        ("oldest", null, null, 1), ("OLDEST", null, null, 1), ("Oldest", "warning", null, 0), ("hundredth", null, null, Limit), ("tenth", null, null, Limit), ("tenth", "warning", null, Limit), ("line", null, null, Limit), ("line", null, "t3", Limit),
        ("(100%_of.*)[\\Qx]", null, null, 1), ("ÜBER", null, null, 1), ("uber", null, null, 0), ("lin%", null, null, 0), ("l.ne", null, null, 0),
    ];

    [Fact]
    public async Task Last_FindsTheLastLinesWithAText_WhereverTheyAre()
    {
        await using var warehouse = await LogsAsync("log_reader");
        var reader = new TaskLogReader(warehouse);
        var all = await reader.LastAsync(1, new LogFilter(null, null, null), int.MaxValue, default);
        Assert.Equal(12_000, all.Count);

        foreach (var (search, level, task, found) in Searches)
        {
            var filter = new LogFilter(task, level, search);
            var lines = await reader.LastAsync(1, filter, Limit, default);

            Assert.Equal(all.Where(line => task is null || line.Task == task).Where(filter.Takes).TakeLast(Limit), lines);
            Assert.Equal((search, found), (search, lines.Count));
        }
    }

    [Fact]
    public async Task Last_GoesBackToTheFirst_PageByPage()
    {
        await using var warehouse = await LogsAsync("log_back");
        var reader = new TaskLogReader(warehouse);
        var all = await reader.LastAsync(1, new LogFilter(null, null, null), int.MaxValue, default);
        foreach (var filter in new[] { new LogFilter(null, null, null), new LogFilter("t3", null, null), new LogFilter(null, "warning", null), new LogFilter(null, null, "hundredth"), new LogFilter("t3", "warning", "tenth") })
        {
            var (back, page) = (new List<LogLine>(), await reader.LastAsync(1, filter, 37, default));
            while (page.Count > 0)
            {
                back.InsertRange(0, page);
                // as the page's link has it
                page = await reader.LastAsync(1, filter with { Before = LogPlace.Parse(LogPlace.Of(page[0]).ToString()) }, 37, default);
            }

            Assert.Equal(all.Where(line => filter.Task is null || line.Task == filter.Task).Where(filter.Takes), back);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.")]
    [InlineData("9999999999999999999.1.1.t")]
    [InlineData("1.x.3.t")]
    public void Parse_RefusesWhatIsNoPlace(string text) => Assert.Contains("'before'", Assert.Throws<RefusedException>(() => LogPlace.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Last_FindsWhatItFindsWithoutThem_WhereLinesHaveDigests()
    {
        await using var warehouse = await LogsAsync("log_digests");
        var reader = new TaskLogReader(warehouse);
        var all = await reader.LastAsync(1, new LogFilter(null, null, null), int.MaxValue, default);
        // of a thousand lines of t2 after the first hundred, and of the second thousand of t4
        await DigestAsync(warehouse, all.Where(static line => line is { Task: "t2", Seq: > 100 }));
        await DigestAsync(warehouse, all.Where(static line => line is { Task: "t4", Seq: > 1000 }));

        foreach (var (search, level, task, _) in Searches)
        {
            var filter = new LogFilter(task, level, search);
            Assert.Equal(all.Where(line => task is null || line.Task == task).Where(filter.Takes).TakeLast(Limit), await reader.LastAsync(1, filter, Limit, default));
        }
    }

    [Fact]
    public async Task Last_DoesNotReadLines_WhoseDigestSaysThatTheTextIsNotInThem()
    {
        await using var warehouse = await LogsAsync("log_ruled_out");
        var reader = new TaskLogReader(warehouse);
        var all = await reader.LastAsync(1, new LogFilter("t2", null, null), int.MaxValue, default);
        // of other lines than those that it stands for
        await DigestAsync(warehouse, all.Where(static line => line.Seq <= 1000).Select(static line => line with { Text = "nothing" }));

        Assert.Empty(await reader.LastAsync(1, new LogFilter(null, null, "the oldest"), Limit, default));
        Assert.Single(await reader.LastAsync(1, new LogFilter(null, null, "über"), Limit, default));
    }

    private static async Task DigestAsync(Warehouse warehouse, IEnumerable<LogLine> lines)
    {
        await using var connection = await warehouse.OpenAsync(default);
        var digest = new LogDigest();
        foreach (var line in lines.OrderBy(static line => line.Seq))
        {
            digest.Add(line.Seq, line.Text);
            if (digest.IsFull)
            {
                await connection.ExecuteAsync("insert into task_log_digest values (1, @Task, 1, @First, @Last, @Marks)", new { line.Task, digest.First, digest.Last, digest.Marks });
                digest.Clear();
            }
        }
    }

    private static async Task<Warehouse> LogsAsync(string database)
    {
        var warehouse = new Warehouse(MariaDb.CreateDatabase(database));
        await new SchemaInstaller(warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);
        await using var connection = await warehouse.OpenAsync(default);
        await connection.ExecuteAsync(
            """
            insert into task_attempt (run_id, task_key, attempt, state, server, hangfire_job_id, started_at)
                with recursive t as (select 0 as n union all select n + 1 from t where n < 5) select 1, concat('t', n), 1, 'succeeded', '', '0', utc_timestamp(6) from t;
            insert into task_log (run_id, task_key, attempt, seq, logged_at, level, text)
                with recursive a as (select 1 as n union all select n + 1 from a where n < 100), s as (select a.n + 100 * (b.n - 1) as seq from a join a b on b.n <= 20), t as (select 0 as n union all select n + 1 from t where n < 5)
                select 1, concat('t', n), 1, seq, '2026-01-01' + interval (seq div 3) second, if(seq % 20 = 0, 'warning', 'information'),
                    concat('line ', seq, if(seq % 10 = 0, ', each tenth', ''), if(seq % 100 = 0, ', each hundredth', ''), case when n = 2 and seq = 1 then ', the Oldest' when n = 4 and seq = 2 then ' (100%_of.*)[\\Qx] über' else '' end)
                from s, t;
            """);
        return warehouse;
    }
}
