using PinScheduler.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace PinScheduler.Tests.Browser;

/// <summary>A log that grows while a tab shows it.</summary>
public sealed class LogTests
{
    [BrowserFact]
    public async Task Log_GoesOnWhereItWas_WhenItsTabIsShownAgain()
    {
        await using var scheduler = await StartAsync("browser_log");
        var (run, task) = await OpenRunAsync(scheduler);
        Task WriteAsync(int seq) => LogTests.WriteAsync(scheduler, run, task, seq, seq);
        await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!);
        var lines = browser.Page.Locator(".ps-log > div > div > div");

        await WriteAsync(1);
        await browser.Page.GotoAsync($"/hangfire/runs/{run}/log");
        await Expect(lines).ToHaveCountAsync(1);
        await WriteAsync(2);
        await Expect(lines).ToHaveCountAsync(2);

        // hidden, it holds no connection, so nothing comes; shown, it gets what it has missed, once
        await HideAsync(browser, hidden: true);
        await WriteAsync(3);
        await using var other = await Browser.OpenAsync(scheduler.Http.BaseAddress!);
        await other.Page.GotoAsync($"/hangfire/runs/{run}/log");
        await WriteAsync(4);
        await Expect(other.Page.Locator(".ps-log > div > div > div")).ToHaveCountAsync(4);
        await Expect(lines).ToHaveCountAsync(2);
        await HideAsync(browser, hidden: false);
        await Expect(lines).ToHaveCountAsync(4);
        await WriteAsync(5);
        await Expect(lines).ToHaveCountAsync(5);
        await Expect(lines.Last).ToContainTextAsync("said 5");
        browser.AssertNoFault();
    }

    [BrowserFact]
    public async Task Log_OpensAtItsEnd_AndLeavesWhoHasScrolledUpWhereHeIs()
    {
        await using var scheduler = await StartAsync("browser_log_end");
        var (run, task) = await OpenRunAsync(scheduler);
        await WriteAsync(scheduler, run, task, 1, 300);
        await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!);
        var lines = browser.Page.Locator(".ps-log > div > div > div");
        // how far below the window's upper edge
        Task<double> PlaceAsync(string said) => browser.Page.EvaluateAsync<double>(
            "(said) => [...document.querySelectorAll('.ps-log > div > div > div')].find((line) => line.textContent.endsWith(said)).getBoundingClientRect().top - document.querySelector('.ps-log').getBoundingClientRect().top", said);

        await browser.Page.GotoAsync($"/hangfire/runs/{run}/log");
        await Expect(lines).ToHaveCountAsync(200);
        await Expect(lines.Last).ToBeInViewportAsync();
        await Expect(lines.First).Not.ToBeInViewportAsync();

        await WriteAsync(scheduler, run, task, 301, 350);
        await Expect(lines).ToHaveCountAsync(250);
        await Expect(lines.Last).ToBeInViewportAsync();

        await browser.Page.Locator(".ps-log").HoverAsync();
        await browser.Page.Mouse.WheelAsync(0, -2000);
        await Expect(lines.Last).Not.ToBeInViewportAsync();
        var read = await browser.Page.EvaluateAsync<string>(
            "new Promise((done) => { const log = document.querySelector('.ps-log'); let at; const still = () => { if (at === log.scrollTop) { const box = log.getBoundingClientRect(); done(document.elementFromPoint(box.left + 60, box.top + 60).closest('.ps-log > div > div > div').textContent); } else { at = log.scrollTop; setTimeout(still, 200); } }; still(); })");
        var before = await PlaceAsync(read);
        await WriteAsync(scheduler, run, task, 351, 400);
        await Expect(lines).ToHaveCountAsync(300);
        Assert.InRange(await PlaceAsync(read), before - 3, before + 3);

        // what is before the page's first line comes as one scrolls there, and moves nothing
        await browser.Page.EvaluateAsync("document.querySelector('.ps-log').scrollTop = -1e6");
        await Expect(lines).ToHaveCountAsync(400);
        await Expect(lines.First).ToContainTextAsync("said 1");
        await Expect(browser.Page.Locator(".ps-log-earlier")).ToHaveCountAsync(0);
        Assert.Equal(Enumerable.Range(1, 400).Select(static seq => $"said {seq}"), await browser.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.ps-log > div > div > div')].map((line) => line.textContent.match(/said \\d+/)[0])"));
        Assert.True(await browser.Page.EvaluateAsync<bool>("document.querySelector('.ps-log').scrollTop < -1000"));
        browser.AssertNoFault();
    }

    /// <summary>Nobody takes the tasks: a run stays open, and what is in its log is the test's.</summary>
    private static Task<SchedulerProcess> StartAsync(string name) => SchedulerProcess.StartAsync(
        name, "--Pipeline:Workers:ingest=0", "--Pipeline:Workers:transform=0", "--Pipeline:Workers:analyze=0", "--Pipeline:Workers:check=0");

    private static async Task<(string Run, string Task)> OpenRunAsync(SchedulerProcess scheduler)
    {
        var run = await scheduler.TriggerAsync();
        var task = (await scheduler.QueryAsync($"select task_key from task_run where run_id = {run} order by ordinal limit 1"))[0];
        await scheduler.QueryAsync($"insert into task_attempt (run_id, task_key, attempt, state, hangfire_job_id, started_at, ended_at) values ({run}, '{task}', 1, 'succeeded', '0', utc_timestamp(6), utc_timestamp(6))");
        return (run, task);
    }

    private static Task<List<string>> WriteAsync(SchedulerProcess scheduler, string run, string task, int first, int last) => scheduler.QueryAsync(
        $"insert into task_log (run_id, task_key, attempt, seq, logged_at, level, text) values {string.Join(',', Enumerable.Range(first, last - first + 1).Select(seq => $"({run}, '{task}', 1, {seq}, utc_timestamp(6), 'information', 'said {seq}')"))}");

    private static async Task HideAsync(Browser browser, bool hidden) => await browser.Page.EvaluateAsync(
        "(hidden) => { Object.defineProperty(document, 'hidden', { configurable: true, value: hidden }); document.dispatchEvent(new Event('visibilitychange')); }", hidden);
}
