using PinScheduler.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace PinScheduler.Tests.Browser;

/// <summary>A log that grows while a tab shows it.</summary>
public sealed class LogTests
{
    [BrowserFact]
    public async Task Log_GoesOnWhereItWas_WhenItsTabIsShownAgain()
    {
        // nobody takes the tasks: the run stays open, and what is in its log is the test's
        await using var scheduler = await SchedulerProcess.StartAsync("browser_log", "--Pipeline:Workers:ingest=0", "--Pipeline:Workers:transform=0", "--Pipeline:Workers:analyze=0", "--Pipeline:Workers:check=0");
        var run = await scheduler.TriggerAsync();
        var task = (await scheduler.QueryAsync($"select task_key from task_run where run_id = {run} order by ordinal limit 1"))[0];
        await scheduler.QueryAsync($"insert into task_attempt (run_id, task_key, attempt, state, hangfire_job_id, started_at, ended_at) values ({run}, '{task}', 1, 'succeeded', '0', utc_timestamp(6), utc_timestamp(6))");
        Task WriteAsync(int seq) => scheduler.QueryAsync($"insert into task_log (run_id, task_key, attempt, seq, logged_at, level, text) values ({run}, '{task}', 1, {seq}, utc_timestamp(6), 'information', 'said {seq}')");
        await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!);
        var lines = browser.Page.Locator(".ps-log > div");

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
        await Expect(other.Page.Locator(".ps-log > div")).ToHaveCountAsync(4);
        await Expect(lines).ToHaveCountAsync(2);
        await HideAsync(browser, hidden: false);
        await Expect(lines).ToHaveCountAsync(4);
        await WriteAsync(5);
        await Expect(lines).ToHaveCountAsync(5);
        await Expect(lines.Last).ToContainTextAsync("said 5");
        browser.AssertNoFault();
    }

    private static async Task HideAsync(Browser browser, bool hidden) => await browser.Page.EvaluateAsync(
        "(hidden) => { Object.defineProperty(document, 'hidden', { configurable: true, value: hidden }); document.dispatchEvent(new Event('visibilitychange')); }", hidden);
}
