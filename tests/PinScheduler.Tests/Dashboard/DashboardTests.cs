using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Dashboard;

/// <summary>The dashboard as a browser uses it: pages by GET, buttons by POST with the page's antiforgery token.</summary>
public sealed class DashboardTests
{
    [Fact]
    public async Task Dashboard_TriggersRunsAndShowsThem()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard", "--Pipeline:Posts=20");
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = scheduler.Http.BaseAddress };

        var empty = await browser.GetStringAsync("/hangfire/runs");
        Assert.Contains("No run yet", empty, StringComparison.Ordinal);

        // our own button, and the stock page's
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(browser, empty, "/hangfire/runs/trigger/nightly", [])).StatusCode);
        var first = await scheduler.SucceedAsync("1");
        Assert.Equal("manual", first.GetProperty("trigger").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(browser, empty, "/hangfire/recurring/trigger", [new("jobs[]", "nightly")])).StatusCode);
        var second = await NextRunAsync(scheduler, 2);
        Assert.Equal("manual", second.GetProperty("trigger").GetString());
        Assert.All(second.GetProperty("tasks").EnumerateArray(), task => Assert.Equal("succeeded", task.GetProperty("state").GetString()));

        // a stage by hand runs that stage's tasks alone
        await PostAsync(browser, empty, "/hangfire/recurring/trigger", [new("jobs[]", "nightly.clean")]);
        var stage = await NextRunAsync(scheduler, 3);
        Assert.All(stage.GetProperty("tasks").EnumerateArray(), task => Assert.Equal(
            task.GetProperty("stage").GetString() == "clean" ? "succeeded" : "skipped", task.GetProperty("state").GetString()));

        Assert.Contains("/hangfire/runs/2", await browser.GetStringAsync("/hangfire/runs"), StringComparison.Ordinal);
        var page = await browser.GetStringAsync("/hangfire/runs/1");
        Assert.Contains("drain-pin", page, StringComparison.Ordinal);
        Assert.Contains("/hangfire/runs/1/cleaned/pin", page, StringComparison.Ordinal);
        var files = await browser.GetStringAsync("/hangfire/runs/1/cleaned/pin");
        Assert.Contains("pinterest.pin/", files, StringComparison.Ordinal);
        Assert.Matches("<td class=\"ps-number\">[0-9.,]+</td><td><span class=\"ps-counts\">", files);
        Assert.Contains("has cleaned no file", await browser.GetStringAsync("/hangfire/runs/3/cleaned/pin"), StringComparison.Ordinal);
        Assert.Contains("/hangfire/runs/1/checks/orphan_pin", page, StringComparison.Ordinal);
        Assert.Contains("/api/warehouse/tables/clean_pin", await browser.GetStringAsync("/hangfire/warehouse"), StringComparison.Ordinal);
        var job = first.GetProperty("tasks").EnumerateArray().Single(task => task.GetProperty("key").GetString() == "drain-pin").GetProperty("jobId").GetString();
        Assert.Contains("href=\"/hangfire/runs/1\"", await browser.GetStringAsync("/hangfire/jobs/details/" + job), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/hangfire/runs/999")).StatusCode);
    }

    [Fact]
    public async Task Buttons_DoNothing_WhenTheTokenIsMissing()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_token", "--Pipeline:Posts=0");

        using var answer = await scheduler.Http.PostAsync("/hangfire/runs/trigger/nightly", null);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("[]", await scheduler.Http.GetStringAsync("/api/runs"));
    }

    private static async Task<JsonElement> NextRunAsync(SchedulerProcess scheduler, int run)
    {
        var started = TimeProvider.System.GetTimestamp();
        while ((await scheduler.Http.GetAsync($"/api/runs/{run}")).StatusCode == HttpStatusCode.NotFound)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < ChildProcess.Patience, $"Run {run} has not come.");
            await Task.Delay(50);
        }

        return await scheduler.SucceedAsync(run.ToString());
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string page, string path, IEnumerable<KeyValuePair<string, string>> form)
    {
        string Meta(string name) => WebUtility.HtmlDecode(Regex.Match(page, $"<meta name=\"{name}\" content=\"([^\"]*)\"").Groups[1].Value);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add(Meta("csrf-header"), Meta("csrf-token"));
        return await browser.SendAsync(request);
    }
}
