using System.Text.RegularExpressions;
using Microsoft.Playwright;
using MySqlConnector;
using PinScheduler.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace PinScheduler.Tests.Browser;

/// <summary>The morning after a bad night, as somebody sees it in a browser.</summary>
public sealed class RepairTests
{
    private const string BadSql =
        """
        -- name: posts_of_mine
        -- title: Posts of mine
        -- columns: posts
        -- tables: clean_pin
        -- chart: table
        select count(*) as posts from table_of_mine;

        """;

    [BrowserFact]
    public async Task Run_IsTriggeredWatchedReadRepairedAndRetried()
    {
        var sql = Directory.CreateTempSubdirectory("pinscheduler-sql-").FullName;
        CopyFolder(Path.Combine(MariaDb.Root, "sql"), sql);
        await File.WriteAllTextAsync(Path.Combine(sql, "analytics", "posts_of_mine.sql"), BadSql);
        await using var scheduler = await SchedulerProcess.StartAsync("browser_repair", "--Sql=" + sql, "--Pipeline:Posts=20");
        await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!);
        var page = browser.Page;

        await page.GotoAsync("/hangfire/pipelines");
        var nightly = page.Locator(".ps-card").Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = "nightly", Exact = true }) });
        await Expect(nightly.GetByText("No run yet")).ToBeVisibleAsync();
        await nightly.GetByText("Trigger a run").ClickAsync();
        await nightly.Locator("input[name='p.posts']").FillAsync("30");
        await nightly.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/hangfire/runs/1");
        await Expect(page.GetByText("posts: 30")).ToBeVisibleAsync();

        // nobody loads the page again: it shows the end by itself
        await Expect(page.Locator("[data-ps-part='head'] .ps-bar .ps-state")).ToHaveTextAsync("failed", new() { Timeout = 120_000 });
        await Expect(page.Locator("[data-ps-part='head'] .ps-failure .ps-error")).ToContainTextAsync("table_of_mine");
        await browser.PictureAsync("run-failed");

        // the grid is taller than its box, and opens at what failed
        var size = page.ViewportSize!;
        await page.SetViewportSizeAsync(size.Width, 500);
        await page.GotoAsync("/hangfire/pipelines/nightly");
        await Expect(page.Locator(".ps-grid-bad")).ToHaveTextAsync("posts_of_mine");
        Assert.True(await page.EvaluateAsync<bool>("(() => { const bad = document.querySelector('.ps-grid-bad').getBoundingClientRect(), grid = document.getElementById('ps-grid'), box = grid.getBoundingClientRect(); return grid.scrollTop > 0 && bad.top >= box.top && bad.bottom <= box.bottom; })()"));
        await page.SetViewportSizeAsync(size.Width, size.Height);

        // from the first page: what failed and why, and the error in one click
        await page.GotoAsync("/hangfire/pipelines");
        await Expect(page.Locator(".ps-failure")).ToContainTextAsync("table_of_mine");
        await browser.PictureAsync("pipelines-failed");
        await page.Locator(".ps-failure a").ClickAsync();
        await page.WaitForURLAsync("**/runs/1/tasks/posts_of_mine");
        await page.GetByRole(AriaRole.Link, new() { Name = "Log", Exact = true }).ClickAsync();
        await Expect(page.Locator(".ps-log-error").First).ToContainTextAsync("table_of_mine");

        await using (var connection = new MySqlConnection(scheduler.ConnectionString))
        {
            await connection.OpenAsync();
            await using var create = new MySqlCommand("create table table_of_mine (id int)", connection);
            await create.ExecuteNonQueryAsync();
        }

        await page.GotoAsync("/hangfire/runs/1");
        var asked = "";
        page.Dialog += (_, dialog) =>
        {
            asked = dialog.Message;
            _ = dialog.AcceptAsync();
        };
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry from failed" }).ClickAsync();
        await Expect(page.Locator("[data-ps-part='head'] .ps-bar .ps-state")).ToHaveTextAsync("succeeded", new() { Timeout = 120_000 });
        Assert.Contains("will run again: ", asked, StringComparison.Ordinal);
        Assert.Contains("posts_of_mine", asked, StringComparison.Ordinal);
        await browser.PictureAsync("run-repaired");

        await page.GotoAsync("/hangfire/results/posts_of_mine");
        await Expect(page.Locator(".ps-result tbody td")).ToHaveTextAsync(new Regex("^0$"));

        // one task by hand: the page says what it would do, and the run keeps why
        await page.GotoAsync("/hangfire/runs/1/tasks/posts_of_mine");
        await page.GetByText("Repair…").ClickAsync();
        await Expect(page.Locator(".ps-form label").First).ToContainTextAsync("1 task will run again: posts_of_mine");
        await browser.PictureAsync("task-repair");
        await page.GetByText("Run it again").ClickAsync();
        await page.Locator("input[name='reason']").FillAsync("late data");
        await page.GetByRole(AriaRole.Button, new() { Name = "Do it" }).ClickAsync();
        await Expect(page.Locator(".ps-panel-body tbody tr")).ToHaveCountAsync(3, new() { Timeout = 60_000 });
        await Expect(page.Locator(".ps-panel-body .ps-state").First).ToHaveTextAsync("succeeded", new() { Timeout = 60_000 });
        Assert.Contains("late data", await scheduler.Http.GetStringAsync("/api/runs/1"), StringComparison.Ordinal);
        browser.AssertNoFault();
        Directory.Delete(sql, recursive: true);
    }

    [BrowserFact]
    public async Task Run_IsTriggeredAndRepaired_WithoutAScript()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("browser_plain", "--Pipeline:Posts=0");
        await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!, script: false);
        var page = browser.Page;

        await page.GotoAsync("/hangfire/pipelines/nightly");
        await page.GetByText("Trigger a run").ClickAsync();
        await page.Locator("input[name='p.posts']").FillAsync("9");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.Locator(".ps-card")).ToContainTextAsync("with posts: 9");
        await browser.PictureAsync("plain-trigger");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/hangfire/runs/1");
        await scheduler.SucceedAsync("1");

        await page.GotoAsync("/hangfire/runs/1/tasks/topics");
        await page.GetByText("Repair…").ClickAsync();
        await page.Locator("input[value='rerun']").CheckAsync();
        await page.Locator("input[name='reason']").FillAsync("late data");
        await page.GetByRole(AriaRole.Button, new() { Name = "Do it" }).ClickAsync();
        await Expect(page.Locator(".ps-card")).ToContainTextAsync("1 task will run again: topics");
        await page.GetByRole(AriaRole.Button, new() { Name = "Do it" }).ClickAsync();
        await page.WaitForURLAsync("**/hangfire/runs/1/tasks/topics");
        await scheduler.SucceedAsync("1");
        Assert.Contains("late data", await scheduler.Http.GetStringAsync("/api/runs/1"), StringComparison.Ordinal);

        // on a look at what it says, not done
        await page.GotoAsync("/hangfire/pipelines/nightly");
        await page.GetByText("Pause…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Back, do nothing" }).ClickAsync();
        await page.WaitForURLAsync("**/hangfire/pipelines/nightly");
        Assert.Contains("\"paused\":false", await scheduler.Http.GetStringAsync("/api/pipelines"), StringComparison.Ordinal);
        browser.AssertNoFault();
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
