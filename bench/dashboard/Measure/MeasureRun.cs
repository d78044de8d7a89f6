using Dapper;
using DashboardBench.Data;
using DashboardBench.Servers;
using MySqlConnector;

namespace DashboardBench.Measure;

/// <summary>Fills the database, starts the server anew, and measures one thing after another.</summary>
internal sealed class MeasureRun(HistorySize size, int samples, TimeSpan watch, string? keep, IReadOnlyList<string> only)
{
    private const int Posts = 1000;

    public async Task RunAsync()
    {
        using var database = new BenchDatabase(keep);
        if (!await History.IsThereAsync(database.ConnectionString))
        {
            await FillAsync(database.ConnectionString);
        }

        var marks = await History.LandmarksAsync(database.ConnectionString);
        Console.WriteLine(await HeadAsync(database.ConnectionString));
        await using var server = SchedulerServer.Start(database.ConnectionString);
        // first, so that a page's first visit is one
        await WhenAsync("pages", () => new PageTimes(server, database, marks, samples).MeasureAsync());
        await using var browser = only.Count == 0 || only.Any(static part => part is "grid" or "log" or "stream") ? await Browser.StartAsync(server.Address) : null;
        await WhenAsync("grid", () => new OpeningTimes(browser!, Math.Max(3, samples / 3)).GridAsync());
        await WhenAsync("log", () => new OpeningTimes(browser!, Math.Max(3, samples / 3)).LogAsync(marks));
        await WhenAsync("stream", () => new StreamTimes(browser!, server, watch).MeasureAsync());
        await WhenAsync("tabs", () => new OpenTabs(server, database, watch).MeasureAsync());
        Console.WriteLine($"\nload average at the end {Figures.Load()}");
    }

    private async Task FillAsync(string database)
    {
        string nightly, wide;
        await using (var server = SchedulerServer.Start(database))
        {
            nightly = await server.TriggerAsync("nightly", new { posts = Posts });
            await server.EndAsync(nightly);
            wide = await server.TriggerAsync(BenchPipelines.Wide, new { });
            await server.EndAsync(wide);
        }

        await History.MakeAsync(database, size, nightly, wide);
    }

    private static async Task<string> HeadAsync(string database)
    {
        await using var connection = new MySqlConnection(database);
        await connection.OpenAsync();
        var (version, runs, jobs, lines, megabytes) = await connection.QuerySingleAsync<(string, long, long, long, decimal)>(
            "select version(), (select count(*) from run), (select count(*) from HangfireJob), (select count(*) from task_log), (select sum(length(text)) / 1000000 from task_log)");
        return Figures.Machine("MariaDB " + version) + FormattableString.Invariant($"\n{runs:N0} runs, {jobs:N0} jobs, {lines:N0} lines of logs with {megabytes:N0} MB of text");
    }

    private Task WhenAsync(string part, Func<Task> measure) => only.Count == 0 || only.Contains(part) ? measure() : Task.CompletedTask;
}
