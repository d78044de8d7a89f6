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
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        Assert.Equal("[]", await scheduler.Http.GetStringAsync("/api/runs"));
    }
}
