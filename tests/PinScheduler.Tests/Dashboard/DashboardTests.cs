using System.Net;
using System.Net.Http.Json;
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
    public async Task Pages_SayWhoDidWhat_WhichFilesThereAre_AndTheDeadline()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_files", "--Pipeline:Posts=20", "--Pipeline:Deadline=02:00:00");
        Assert.Contains("No file has landed yet", await scheduler.Http.GetStringAsync("/hangfire/files"), StringComparison.Ordinal);
        Assert.Contains("Nobody has done anything yet", await scheduler.Http.GetStringAsync("/hangfire/activity"), StringComparison.Ordinal);

        Assert.DoesNotContain("not answering", await scheduler.Http.GetStringAsync("/hangfire/system"), StringComparison.Ordinal);
        await scheduler.QueryAsync("insert into HangfireServer (Id, Data, LastHeartbeat) values ('killed:7', '{\"WorkerCount\":4,\"Queues\":[\"transform\"],\"StartedAt\":\"2026-11-22T03:00:00Z\"}', utc_timestamp(6) - interval 21 second)");
        Assert.Single(Regex.Matches(await scheduler.Http.GetStringAsync("/hangfire/system"), "<td class=\"ps-key\">([^<]*)</td>.*?not answering, gone or cut off, since <time"));

        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { parameters = new { posts = 20 }, requestedBy = "Ada" }));
        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { parameters = new { posts = 0 } }));
        using var rerun = await scheduler.Http.PostAsJsonAsync("/api/runs/1/tasks/clean-geo/rerun", new { by = "Bob", reason = "<b>the rule changed" });
        Assert.True(rerun.IsSuccessStatusCode, await rerun.Content.ReadAsStringAsync());
        await scheduler.SucceedAsync("1");

        var activity = await scheduler.Http.GetStringAsync("/hangfire/activity");
        Assert.Matches("<td>Ada</td><td>triggered \\([a-z]+\\) </td><td><a href=\"/hangfire/runs/1\">#1</a>", activity);
        Assert.Matches("<td>Bob</td><td>rerun clean-geo</td><td><a href=\"/hangfire/runs/1\">#1</a>.*&lt;b&gt;the rule changed", activity);
        Assert.True(activity.IndexOf("rerun clean-geo", StringComparison.Ordinal) < activity.IndexOf("#2</a>", StringComparison.Ordinal), activity);
        Assert.Contains("Nobody has done anything before that", await scheduler.Http.GetStringAsync("/hangfire/activity?before=2000-01-01T00:00:00.000000Z"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await scheduler.Http.GetAsync("/hangfire/activity?before=now")).StatusCode);
        var run = await scheduler.Http.GetStringAsync("/hangfire/runs/1");
        Assert.Contains("rerun clean-geo by Bob: &lt;b&gt;the rule changed", run, StringComparison.Ordinal);
        Assert.Contains("<b>Deadline</b> <time", run, StringComparison.Ordinal);

        await scheduler.QueryAsync("update landing_file set removed_at = utc_timestamp(6) where topic = 'pinterest.geo'");
        await scheduler.QueryAsync("update landing_file set damaged_at = utc_timestamp(6) where topic = 'pinterest.user' order by id limit 1");
        var all = await scheduler.QueryAsync("select count(*) from landing_file");
        Assert.Equal(int.Parse(all[0]), await FilesAsync(""));
        Assert.Equal(await FilesAsync("?topic=pinterest.geo"), await FilesAsync("?state=removed"));
        Assert.Equal(1, await FilesAsync("?state=damaged"));
        Assert.Equal(int.Parse(all[0]) - 1 - await FilesAsync("?state=removed"), await FilesAsync("?state=cleaned"));
        Assert.Equal(0, await FilesAsync("?state=landed"));
        Assert.Equal(int.Parse(all[0]), await FilesAsync("?run=1"));
        Assert.Equal(0, await FilesAsync("?run=2"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await scheduler.Http.GetAsync("/hangfire/files?state=lost")).StatusCode);
        Assert.Contains("/hangfire/files?run=1", await scheduler.Http.GetStringAsync("/hangfire/runs/1/tasks/drain-pin"), StringComparison.Ordinal);

        async Task<int> FilesAsync(string query) => Regex.Count(await scheduler.Http.GetStringAsync("/hangfire/files" + query), "<td class=\"ps-key\">");
    }

    [Fact]
    public async Task Pages_SayWhatFailedLastNight_AndCompareOnlyWhatIsThere()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_failed", "--Pipeline:Posts=20");
        const string Difference = "name=\"difference\"";
        Task<string> ResultsAsync(string analysis = "") => scheduler.Http.GetStringAsync("/hangfire/results" + analysis);
        await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        Assert.DoesNotContain(Difference, await ResultsAsync("/category_count_by_year"), StringComparison.Ordinal);
        var keys = (await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { parameters = new { posts = 0 } }))).GetProperty("tasks").EnumerateArray().Select(static task => task.GetProperty("key").GetString()!).ToList();
        Assert.Contains(Difference, await ResultsAsync("/category_count_by_year"), StringComparison.Ordinal);
        Assert.DoesNotContain("The newest run", await ResultsAsync(), StringComparison.Ordinal);
        Assert.Equal(keys, await TasksAsync());

        await scheduler.QueryAsync("update run set state = 'failed' where id = 2; update task_run set state = 'failed' where run_id = 2 and task_key = 'orphan_pin'");
        Assert.Contains("The run before it did not fail.", await scheduler.Http.GetStringAsync("/hangfire/runs/2"), StringComparison.Ordinal);
        Assert.Contains("1 task will run again: orphan_pin; about ", await scheduler.Http.GetStringAsync("/hangfire/runs/2"), StringComparison.Ordinal);
        await scheduler.QueryAsync("update run set state = 'failed' where id = 1");
        Assert.Contains("No run before it has succeeded.", await scheduler.Http.GetStringAsync("/hangfire/runs/1"), StringComparison.Ordinal);
        Assert.Matches("2 runs in a row failed, since [0-9-]+, run #1\\.", await scheduler.Http.GetStringAsync("/hangfire/runs/2"));
        Assert.Matches("2 runs in a row failed, since [0-9-]+, run #1\\.", await scheduler.Http.GetStringAsync("/hangfire/pipelines"));
        await scheduler.QueryAsync("update run set state = 'succeeded' where id = 1");
        Assert.Matches("The newest run, <a href=\"/hangfire/runs/2\">#2</a> for [0-9-]+, failed: ", await ResultsAsync());
        Assert.Equal(keys.OrderByDescending(static key => key == "orphan_pin"), await TasksAsync());
        await scheduler.QueryAsync("update run set state = 'cancelled' where id = 2");
        Assert.Matches("#2</a> for [0-9-]+, was cancelled: ", await ResultsAsync());

        async Task<IEnumerable<string>> TasksAsync() =>
            Regex.Matches((await scheduler.Http.GetStringAsync("/hangfire/runs/2")).Split("data-ps-part=\"tasks\"")[1], "<td class=\"ps-key\"[^>]*><a href=\"/hangfire/runs/2/tasks/([^\"]+)\"").Select(static row => row.Groups[1].Value);
    }

    [Fact]
    public async Task Task_ShowsItsQuery_AndLinksToWhatIsThere()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_query", "--Pipeline:Posts=20");
        await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        Task<string> TaskAsync(string key) => scheduler.Http.GetStringAsync("/hangfire/runs/1/tasks/" + key);

        var analysis = WebUtility.HtmlDecode(await TaskAsync("category_count_by_year"));
        Assert.Contains("href=\"/hangfire/results/category_count_by_year?run=1\"", analysis, StringComparison.Ordinal);
        Assert.Contains("href=\"/hangfire/runs/1/tasks/geo_posts\"", analysis, StringComparison.Ordinal);
        Assert.Contains(await File.ReadAllTextAsync(Path.Combine(MariaDb.Root, "sql", "analytics", "category_count_by_year.sql")), analysis, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"sql\" open", analysis, StringComparison.Ordinal);

        // a rollup has no page among the results
        var rollup = await TaskAsync("geo_posts");
        Assert.DoesNotContain("/hangfire/results/geo_posts", rollup, StringComparison.Ordinal);
        Assert.Contains("id=\"sql\"", rollup, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"sql\"", await TaskAsync("clean-pin"), StringComparison.Ordinal);

        var compared = await scheduler.Http.GetStringAsync("/hangfire/runs/2/compare");
        Assert.DoesNotContain("/hangfire/results/geo_posts", compared, StringComparison.Ordinal);
        var difference = Regex.Match(compared, "href=\"(/hangfire/results/category_count_by_year\\?[^\"]*)\"").Groups[1].Value;
        Assert.Equal(HttpStatusCode.OK, (await scheduler.Http.GetAsync(WebUtility.HtmlDecode(difference))).StatusCode);

        await scheduler.QueryAsync("update task_run set state = 'failed' where run_id = 1 and task_key = 'category_count_by_year'");
        Assert.Contains("id=\"sql\" open", await TaskAsync("category_count_by_year"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_AreVisitedByTheServerItself_AndTheirScriptsAreKeptByABrowser()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_first", "--Pipeline:Posts=0", "--Dashboard:WarmUp=true", "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Information");

        foreach (var page in new[] { "pipelines", "results", "jobs/succeeded", "topics" })
        {
            await scheduler.LineAsync($"      Request finished HTTP/1.1 GET {scheduler.Http.BaseAddress}hangfire/{page} - 200");
        }

        using var visitor = new Visitor(scheduler.Http.BaseAddress!);
        var bundles = Regex.Matches(await visitor.PageAsync("/pipelines"), "(?:src|href)=\"/hangfire(/(?:js|css|css-dark)[0-9]+)\"");
        Assert.Equal(3, bundles.Count);
        foreach (Match bundle in bundles)
        {
            using var answer = await scheduler.Http.GetAsync("/hangfire" + bundle.Groups[1].Value);
            Assert.Equal("max-age=31536000, private, immutable", answer.Headers.CacheControl?.ToString());
            Assert.Empty(answer.Headers.Pragma);
        }

        using var other = await scheduler.Http.GetAsync("/hangfire/pipelines");
        Assert.True(other.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Parts_ComeWithoutTheMenu_WhenAPageIsFetchedAnew()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_parts", "--Pipeline:Posts=0");
        foreach (var page in new[] { "pipelines", "runs" })
        {
            var whole = await scheduler.Http.GetStringAsync("/hangfire/" + page);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/hangfire/" + page) { Headers = { { "PS-Parts", "1" } } };
            using var answer = await scheduler.Http.SendAsync(request);
            var parts = await answer.Content.ReadAsStringAsync();

            Assert.Contains("data-metric=", whole, StringComparison.Ordinal);
            Assert.DoesNotContain("data-metric=", parts, StringComparison.Ordinal);
            Assert.Equal(Regex.Count(whole, "data-ps-part="), Regex.Count(parts, "data-ps-part="));
            Assert.Contains("data-ps-part=", parts, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Start_WarnsOfSettingsThatNothingReads_OnPagesAndByTheApi()
    {
        // of each section some that README lists, at every depth
        await using var scheduler = await SchedulerProcess.StartAsync(
            "dashboard_warnings", "--Pipeline:Psots=5", "--Pipeline:Seed=1", "--Pipeline:Deadline=03:00:00", "--Pipeline:Enabled=true", "--Pipeline:SlowAfterSeconds=60", "--Pipeline:Workers:ingest=1", "--Pipeline:Placeholders:category=none",
            "--Pipeline:Bounds:MostAge=140", "--Pipeline:Source:Posts=100", "--Pipeline:MaxFileBytes=1000000", "--Pipeline:OnGap=warn", "--Pipeline:ShareFrom=1000", "--Pipeline:CleanConnections=2", "--Pipeline:MaxDeliveries=10", "--Pipeline:MaxLogLines=1000",
            "--Pipeline:ResultRetentionRuns=5", "--Pipeline:LandingRetentionDays=30", "--Pipeline:LandingCompression=none", "--Pipeline:MaxRequests=100", "--Pipeline:TopicAliases:mine=pinterest.pin", "--Maintenance:Cron=0 6 * * 0", "--Maintenance:DiskWarningPercent=1",
            "--Maintenance:DiskFailurePercent=0", "--Retention:Runs=400", "--Notifications:Webhook:Url=http://127.0.0.1:1/", "--Notifications:Webhook:Headers:X-Mine=1", "--Notifications:PublicUrl=http://127.0.0.1:1", "--Notifications:Events:0=failed",
            "--Notifications:Mail:Host=127.0.0.1", "--Notifications:Mail:From=a@b.example", "--Notifications:Mail:To:0=c@d.example", "--Dashboard:ReadOnly=false", "--Kafka:linger.ms=1", "--Kafka:Topics:pin:Partitions=4", "--MyOwn:Setting=1");

        var warnings = (await scheduler.Http.GetFromJsonAsync<JsonElement>("/api/info")).GetProperty("warnings").EnumerateArray().Select(static warning => warning.GetString());

        Assert.Equal(["Nothing reads the setting 'Pipeline:Psots' (command line). Did you mean 'Pipeline:Posts'?"], warnings);
        foreach (var page in new[] { "pipelines", "system" })
        {
            Assert.Contains("'Pipeline:Psots'", WebUtility.HtmlDecode(await scheduler.Http.GetStringAsync("/hangfire/" + page)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Topics_AreShownWithoutKafka_WhileItIsAway()
    {
        await using var scheduler = await SchedulerProcess.StartAsync("dashboard_away", "--Pipeline:Posts=0", "--Kafka:BootstrapServers=127.0.0.1:1");

        var page = await scheduler.Http.GetStringAsync("/hangfire/topics");

        Assert.Contains("Kafka does not answer", page, StringComparison.Ordinal);
        Assert.Contains("Where is an offset?", page, StringComparison.Ordinal);
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
