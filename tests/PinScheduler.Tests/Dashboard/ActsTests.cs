using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Dashboard;

/// <summary>What the buttons and forms of our pages do.</summary>
public sealed class ActsTests
{
    [Fact]
    public async Task Acts_FollowTheRulesOfTheApi()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_acts", "--Pipeline:Posts=20");
        using var visitor = new Visitor(scheduler.Http.BaseAddress!);

        using var wrong = await visitor.ActAsync("/pipelines/nightly/trigger", ("shown", "1"), ("p.posts", "many"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Contains("'posts' is \"many\"; it must be a whole number", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var triggered = await visitor.ActAsync("/pipelines/nightly/trigger", ("shown", "1"), ("p.posts", "7"), ("p.explain", "true"), ("logicalDate", "2026-02-03"));
        Assert.Equal("/hangfire/runs/1", triggered.Headers.Location?.ToString());
        var run = await scheduler.SucceedAsync("1");
        Assert.Equal(7, run.GetProperty("parameters").GetProperty("posts").GetInt32());
        Assert.True(run.GetProperty("parameters").GetProperty("explain").GetBoolean());
        Assert.Equal(("2026-02-03", "manual", "dashboard"), (run.GetProperty("logicalDate").GetString(), run.GetProperty("trigger").GetString(), run.GetProperty("requestedBy").GetString()));

        using (await visitor.ActAsync("/pipelines/nightly/pause", ("reason", "the <disk>"), ("hours", "12")))
        {
            var pause = (await scheduler.Http.GetFromJsonAsync<JsonElement>("/api/pipelines"))[0].GetProperty("pause");
            Assert.Equal("the <disk>", pause.GetProperty("reason").GetString());
            Assert.Contains("the &lt;disk&gt;", await visitor.PageAsync("/pipelines"), StringComparison.Ordinal);
        }

        using (await visitor.ActAsync("/pipelines/nightly/resume"))
        {
            Assert.False((await scheduler.Http.GetFromJsonAsync<JsonElement>("/api/pipelines"))[0].GetProperty("paused").GetBoolean());
        }

        // the date that is done is left out, and what is shown is what is done
        var preview = await visitor.PageAsync("/pipelines/nightly?from=2026-02-02&to=2026-02-04");
        Assert.Contains("2026-02-02, 2026-02-04<", preview, StringComparison.Ordinal);
        using var backfill = await visitor.ActAsync("/pipelines/nightly/backfill", ("from", "2026-02-02"), ("to", "2026-02-04"));
        Assert.Equal(HttpStatusCode.NoContent, backfill.StatusCode);
        await scheduler.SucceedAsync("2");
        Assert.Equal("2026-02-02", (await scheduler.RunAsync("2")).GetProperty("logicalDate").GetString());

        using var again = await visitor.ActAsync("/runs/1/retry");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Contains("only a failed or cancelled run can be retried", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acts_AskFirst_WithoutAScript()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_plain", "--Pipeline:Posts=20");
        using var visitor = new Visitor(scheduler.Http.BaseAddress!);

        // what a form of a page is sent to without a script asks, and does nothing
        var pages = await visitor.PageAsync("/pipelines") + await visitor.PageAsync("/pipelines/nightly?from=2026-02-02&to=2026-02-04");
        var forms = Regex.Matches(pages, "<form class=\"[^\"]*\" action=\"/hangfire([^\"]*)\" data-ps-act").Select(static form => form.Groups[1].Value).Distinct().ToList();
        Assert.Equal(["/pipelines/maintenance/pause", "/pipelines/maintenance/trigger", "/pipelines/nightly/backfill", "/pipelines/nightly/pause", "/pipelines/nightly/trigger"], forms.Order(StringComparer.Ordinal));
        Assert.Equal(forms.Count, Regex.Matches(pages, "<form class=\"[^\"]*\" action=\"([^\"]*)\" data-ps-act").Select(static form => form.Groups[1].Value).Distinct().Count());
        Assert.DoesNotContain("<button class=\"btn btn-sm btn-default\" data-ps-act", pages, StringComparison.Ordinal);
        var asked = await visitor.PageAsync("/pipelines/nightly/trigger?shown=1&p.posts=7&logicalDate=2026-02-03&only=topics&only=emulate");
        Assert.Contains("A run for 2026-02-03 with posts: 7", asked, StringComparison.Ordinal);
        Assert.Contains("starts at once. 2 tasks will run: topics, emulate.", asked, StringComparison.Ordinal);
        using (var wrong = await visitor.GetAsync("/pipelines/nightly/trigger?shown=1&p.posts=many"))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
            Assert.Contains("must be a whole number", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var forged = await visitor.SubmitAsync(Regex.Replace(asked, "name=\"__RequestVerificationToken\" value=\"[^\"]*\"", "name=\"x\" value=\"\"")))
        {
            Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        }

        Assert.Equal("[]", await scheduler.Http.GetStringAsync("/api/runs"));
        await AssertShownAsync(asked, "/hangfire/runs/1");
        var run = await scheduler.SucceedAsync("1");
        Assert.Equal((7, "2026-02-03"), (run.GetProperty("parameters").GetProperty("posts").GetInt32(), run.GetProperty("logicalDate").GetString()));
        Assert.Equal(2, run.GetProperty("tasks").EnumerateArray().Count(static task => task.GetProperty("state").GetString() == "succeeded"));

        asked = await visitor.PageAsync("/pipelines/nightly/pause?reason=%3Cdisk%3E&hours=12");
        Assert.Contains("for this reason: &lt;disk&gt;. Runs by hand start all the same", asked, StringComparison.Ordinal);
        await AssertShownAsync(asked, "/hangfire/pipelines/nightly");
        Assert.Equal("<disk>", (await scheduler.Http.GetFromJsonAsync<JsonElement>("/api/pipelines"))[0].GetProperty("pause").GetProperty("reason").GetString());
        await AssertShownAsync(await visitor.PageAsync("/pipelines/nightly/resume"), "/hangfire/pipelines/nightly");
        Assert.False((await scheduler.Http.GetFromJsonAsync<JsonElement>("/api/pipelines"))[0].GetProperty("paused").GetBoolean());

        asked = await visitor.PageAsync("/runs/1/tasks/topics/act?act=rerun&reason=late+data");
        Assert.Contains("Run it again: topics of run 1", asked, StringComparison.Ordinal);
        Assert.Contains("1 task will run again: topics. This stays with the run: late data", asked, StringComparison.Ordinal);
        await AssertShownAsync(asked, "/hangfire/runs/1/tasks/topics");
        await scheduler.SucceedAsync("1");
        Assert.Contains("\"late data\"", await scheduler.Http.GetStringAsync("/api/runs/1"), StringComparison.Ordinal);
        foreach (var refused in new[] { "/runs/1/retry", "/runs/1/cancel", "/runs/1/tasks/topics/act?act=rerun", "/runs/1/tasks/topics/act?act=retry&reason=x", "/backfills/1/cancel", "/pipelines/nix/resume" })
        {
            using var answer = await visitor.GetAsync(refused);
            Assert.True((int)answer.StatusCode is 404 or 409 or 422, $"{refused}: {answer.StatusCode}");
            Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // what has become impossible since it was asked is said on a page
        asked = await visitor.PageAsync("/pipelines/nightly/backfill?from=2026-02-05&to=2026-02-05");
        Assert.Contains("1 runs, one after another, oldest first: 2026-02-05.", asked, StringComparison.Ordinal);
        using (var late = await visitor.SubmitAsync(asked.Replace("2026-02-05\">", "2026-02-31\">", StringComparison.Ordinal)))
        {
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "text/html"), (late.StatusCode, late.Content.Headers.ContentType?.MediaType));
            Assert.Contains("must be a date", WebUtility.HtmlDecode(await late.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        }

        async Task AssertShownAsync(string page, string shown)
        {
            using var answer = await visitor.SubmitAsync(page);
            Assert.Equal((HttpStatusCode.SeeOther, shown), (answer.StatusCode, answer.Headers.Location?.ToString()));
        }
    }

    [Fact]
    public async Task Log_IsStreamedFilteredAndDownloaded()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_log", "--Pipeline:Posts=20");
        using var visitor = new Visitor(scheduler.Http.BaseAddress!);
        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { }));

        // all lines, for the page is said to have none; then the end, for the run has ended
        var stream = await visitor.PageAsync("/runs/1/log/stream?task=clean-pin");
        Assert.StartsWith("event: lines\ndata: ", stream, StringComparison.Ordinal);
        Assert.EndsWith("event: over\ndata: \n\n", stream, StringComparison.Ordinal);
        Assert.DoesNotContain("event: lines", await visitor.PageAsync("/runs/1/log/stream?task=clean-pin&mark=clean-pin:1:100000"), StringComparison.Ordinal);
        Assert.Contains("ps-log-information", await visitor.PageAsync("/runs/1/log?task=clean-pin"), StringComparison.Ordinal);
        Assert.DoesNotContain("ps-log-information", await visitor.PageAsync("/runs/1/log?level=error"), StringComparison.Ordinal);
        Assert.Contains("ps-log-information", await visitor.PageAsync("/runs/1/log?task=clean-pin&search=CLEAN"), StringComparison.Ordinal);
        Assert.Contains("No line is like that", await visitor.PageAsync("/runs/1/log?search=100%25_nothing"), StringComparison.Ordinal);
        var file = await visitor.PageAsync("/runs/1/log/download");
        Assert.Contains(" clean-pin [1] ", file, StringComparison.Ordinal);
        Assert.Contains(" drain-geo [1] ", file, StringComparison.Ordinal);

        // a page that is full of one task's lines goes on from the ends of the others' too
        await scheduler.QueryAsync(
            """
            insert into task_log (run_id, task_key, attempt, seq, logged_at, level, text)
            with recursive n as (select 10000 as seq union all select seq + 1 from n where seq < 10999) select 1, 'clean-pin', 1, seq, utc_timestamp(6) + interval seq second, 'information', 'much' from n
            """);
        var full = await visitor.PageAsync("/runs/1/log");
        Assert.DoesNotContain("<b>drain-geo</b>", full, StringComparison.Ordinal);
        var mark = Regex.Match(full, "data-ps-mark=\"([^\"]*)\"").Groups[1].Value;
        Assert.Contains("clean-pin:1:10999", mark, StringComparison.Ordinal);
        Assert.DoesNotContain("event: lines", await visitor.PageAsync("/runs/1/log/stream?mark=" + mark), StringComparison.Ordinal);

        using var wrong = await visitor.GetAsync("/runs/1/log?level=loud");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
    }

    [Fact]
    public async Task ReadOnly_ShowsNoButtonAndRefuses()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_readonly", "--Pipeline:Posts=0", "--Dashboard:ReadOnly=true");
        using var visitor = new Visitor(scheduler.Http.BaseAddress!);

        Assert.DoesNotContain("data-ps-act", await visitor.PageAsync("/pipelines"), StringComparison.Ordinal);
        Assert.DoesNotContain("data-ps-act", await visitor.PageAsync("/pipelines/nightly?from=2026-02-02&to=2026-02-04"), StringComparison.Ordinal);
        foreach (var path in new[] { "/pipelines/nightly/trigger", "/pipelines/nightly/pause", "/pipelines/nightly/backfill", "/runs/1/retry", "/runs/1/cancel", "/backfills/1/cancel" })
        {
            using var refused = await visitor.ActAsync(path);
            using var asked = await visitor.GetAsync(path);
            Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (refused.StatusCode, asked.StatusCode));
        }

        Assert.Equal("[]", await scheduler.Http.GetStringAsync("/api/runs"));
    }
}
