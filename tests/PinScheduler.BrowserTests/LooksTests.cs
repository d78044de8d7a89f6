using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using PinScheduler.Tests.EndToEnd;
using static Microsoft.Playwright.Assertions;

namespace PinScheduler.Tests.Browser;

/// <summary>Every page on a telephone, in the dark, by keyboard, and for who does not see it.</summary>
public sealed class LooksTests
{
    private static readonly string[] Serious = ["serious", "critical"];

    private static readonly string[] Pages =
    [
        "/hangfire/pipelines", "/hangfire/pipelines/nightly?from=2026-01-01&to=2026-01-03", "/hangfire/runs", "/hangfire/runs/1", "/hangfire/runs/1/log", "/hangfire/runs/1/lineage", "/hangfire/runs/2/compare",
        "/hangfire/runs/1/tasks/clean-pin", "/hangfire/runs/1/checks/orphan_pin", "/hangfire/runs/1/cleaned/pin", "/hangfire/results", "/hangfire/results/category_count_by_year", "/hangfire/results/popular_category_by_country?difference=1",
        "/hangfire/pipelines/nightly/trigger?p.posts=5", "/hangfire/runs/1/tasks/clean-geo/act?act=rerun-below&reason=late",
        "/hangfire/topics?peek=pinterest.pin", "/hangfire/files", "/hangfire/activity", "/hangfire/quality", "/hangfire/system", "/hangfire/warehouse",
    ];

    [BrowserFact]
    public async Task Pages_AreWhole_WhateverTheyAreSeenOn()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("browser_looks", "--Pipeline:Posts=100");
        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { }));
        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { }));
        foreach (var (width, scheme) in new[] { (1400, ColorScheme.Light), (1400, ColorScheme.Dark), (360, ColorScheme.Light) })
        {
            await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!, width, scheme);
            foreach (var path in Pages)
            {
                var answer = await browser.Page.GotoAsync(path);
                Assert.True(answer!.Ok, $"{path}: {answer.Status}");
                Assert.Contains("script-src 'self'", await answer.HeaderValueAsync("content-security-policy"), StringComparison.Ordinal);
                Assert.True(await browser.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, $"{path} is wider than {width} px");
                await browser.PictureAsync($"{path.Split('?')[0].Replace('/', '-').TrimStart('-')}-{width}-{scheme}");
                // the menu and the foot are Hangfire's
                var found = await browser.Page.Locator(".ps-page").RunAxe();
                Assert.True(found.Violations.All(static fault => !Serious.Contains(fault.Impact)), $"{path} at {width} px, {scheme}: {string.Join("; ", found.Violations.Where(static fault => Serious.Contains(fault.Impact)).Select(Say))}");
            }

            browser.AssertNoFault();
        }
    }

    [BrowserFact]
    public async Task Grid_ShowsATask_ByKeyboard()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("browser_grid", "--Pipeline:Posts=0");
        await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!);
        await browser.Page.GotoAsync("/hangfire/pipelines/nightly");

        await browser.Page.Locator(".ps-grid").FocusAsync();
        await browser.Page.Keyboard.PressAsync("ArrowDown");
        await browser.Page.Keyboard.PressAsync("Enter");
        await Expect(browser.Page.Locator("#ps-panel h2")).ToContainTextAsync("topics");
        await browser.Page.Keyboard.PressAsync("ArrowDown");
        await browser.Page.Keyboard.PressAsync("Enter");
        await Expect(browser.Page.Locator("#ps-panel h2")).ToContainTextAsync("emulate");
        browser.AssertNoFault();
    }

    [BrowserFact]
    public async Task Telephone_ShowsWhatFailed_AndWhatTellsTasksApart()
    {
        const string Failed = "median_followers_by_age_group_and_join_year";
        await using var scheduler = await SchedulerProcess.StartAsync("browser_telephone", "--Pipeline:Posts=0");
        await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        await scheduler.QueryAsync($"update run set state = 'failed' where id = 1; update task_run set state = 'failed' where run_id = 1 and task_key = '{Failed}'");
        await using var browser = await Browser.OpenAsync(scheduler.Http.BaseAddress!, 360);

        await browser.Page.GotoAsync("/hangfire/runs/1");
        Assert.True(await IsWithinAsync(".ps-node-failed", "#graph .ps-scroll"), "the graph does not open at what failed");
        await Expect(browser.Page.Locator("[data-ps-part='tasks'] tbody .ps-state").First).ToHaveTextAsync("failed");

        // its end is seen, and all of it is said
        await browser.Page.GotoAsync("/hangfire/pipelines/nightly");
        await Expect(browser.Page.Locator(".ps-grid").GetByRole(AriaRole.Link, new() { Name = Failed, Exact = true })).ToHaveCountAsync(1);
        var (label, end) = ($".ps-grid-tasks a[aria-label='{Failed}']", $".ps-grid-tasks a[aria-label='{Failed}'] .ps-cut > :last-child");
        await Expect(browser.Page.Locator(end)).ToHaveTextAsync("nd_join_year");
        Assert.True(await IsWithinAsync(end, label), "the name's end is cut");
        browser.AssertNoFault();

        Task<bool> IsWithinAsync(string inner, string outer) => browser.Page.EvaluateAsync<bool>(
            "([inner, outer]) => { const [i, o] = [inner, outer].map((one) => document.querySelector(one).getBoundingClientRect()); return i.left >= o.left && i.right <= o.right; }", new[] { inner, outer });
    }

    private static string Say(AxeResultItem fault) => $"{fault.Id} ({fault.Help}): {string.Join(", ", fault.Nodes.Take(3).Select(static node => node.Html))}";
}
