using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using PinScheduler.Orchestration;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Orchestration.Api;

public sealed class OrchestrationApiTests : IAsyncLifetime, IDisposable
{
    private OrchestrationHost _host = null!;
    private HttpClient _http = null!;
    private SemaphoreSlim _gate = null!;

    public async Task InitializeAsync()
    {
        _gate = new SemaphoreSlim(0);
        _host = await OrchestrationHost.StartAsync(MariaDb.CreateDatabase("api"), pipeline =>
        {
            pipeline.Title("Nightly").Schedule("0 3 * * *", "Europe/Berlin");
            pipeline.Parameter("posts", ParameterType.Whole, 1000, 0, 1_000_000, "how many").Parameter("seed", ParameterType.Whole).Parameter("speed", ParameterType.Number, minimum: 0.5);
            pipeline.Add("drain-pin", async (context, cancellationToken) =>
            {
                context.Log.LogLine("one");
                context.Report(3, 10, "records");
                if (context.Parameters.Whole("seed") == 13)
                {
                    throw new StageFailedException("unlucky");
                }

                if (context.Parameters.Whole("seed") == 7)
                {
                    await _gate.WaitAsync(cancellationToken);
                    context.Log.LogLine("two");
                }

                return StageResult.Of(("records", 10));
            }, "drain", TaskQueue.Ingest);
            pipeline.Add("clean-pin", stage: "clean", queue: TaskQueue.Transform).After("drain-pin");
        });
        _http = _host.Http;
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task Pipelines_AreListed_WithTasksParametersAndNextRun()
    {
        var pipeline = (await _http.GetFromJsonAsync<JsonElement>("/api/pipelines"))[0];
        Assert.Equal("nightly|Nightly|0 3 * * *|Europe/Berlin|False", string.Join('|', new[] { "key", "title", "schedule", "timeZone", "paused" }.Select(name => pipeline.GetProperty(name).ToString())));
        Assert.EndsWith("Z", pipeline.GetProperty("nextRunAt").GetString());
        Assert.Equal("""{"name":"posts","type":"integer","default":1000,"minimum":0,"maximum":1000000,"help":"how many"}""", pipeline.GetProperty("parameters")[0].GetRawText());
        Assert.Equal("""["drain-pin"]""", pipeline.GetProperty("tasks")[1].GetProperty("dependsOn").GetRawText());
    }

    [Fact]
    public async Task Trigger_AnswersAcceptedWithTheRun_AndTheRunIsReadBack()
    {
        var (status, run) = await PostAsync("/api/pipelines/nightly/runs", """{"logicalDate":"2026-11-22","parameters":{"posts":5}}""");
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("2026-11-22", run.GetProperty("logicalDate").GetString());
        var ended = await EndAsync(run);
        Assert.Equal("succeeded|api|2026-11-22|{\"posts\":5}", $"{ended.GetProperty("state")}|{ended.GetProperty("trigger")}|{ended.GetProperty("logicalDate")}|{ended.GetProperty("parameters").GetRawText()}");
        var task = ended.GetProperty("tasks")[0];
        Assert.StartsWith("""drain-pin|drain|succeeded|1|{"records":10}|{"done":3,"total":10,"unit":"records",""",
            $"{task.GetProperty("key")}|{task.GetProperty("stage")}|{task.GetProperty("state")}|{task.GetProperty("attempts")}|{task.GetProperty("counts").GetRawText()}|{task.GetProperty("progress").GetRawText()}", StringComparison.Ordinal);
        Assert.True(task.GetProperty("progress").GetProperty("perSecond").GetDouble() > 0);
        Assert.True(task.GetProperty("progress").GetProperty("secondsLeft").GetDouble() >= 0);
        Assert.Equal(JsonValueKind.String, ended.GetProperty("id").ValueKind);
        foreach (var name in new[] { "requestedBy", "createdAt", "startedAt", "endedAt", "warnings" })
        {
            Assert.True(ended.TryGetProperty(name, out _), name);
        }

        foreach (var name in new[] { "startedAt", "endedAt", "reason", "error", "server" })
        {
            Assert.True(task.TryGetProperty(name, out _), name);
        }
    }

    [Theory]
    [InlineData("nightly", "", 202, "")]
    [InlineData("nightly", "{", 400, "not JSON")]
    [InlineData("nightly", "[]", 400, "must be an object")]
    [InlineData("nigthly", "{}", 404, "Did you mean 'nightly'?")]
    [InlineData("nightly", """{"paramters":{}}""", 422, "Did you mean 'parameters'?")]
    [InlineData("nightly", """{"parameters":{"post":1}}""", 422, "Did you mean 'posts'?")]
    [InlineData("nightly", """{"parameters":{"posts":"many"}}""", 422, "whole number from 0 to 1000000")]
    [InlineData("nightly", """{"parameters":{"posts":-1}}""", 422, "whole number from 0 to 1000000")]
    [InlineData("nightly", """{"parameters":{"speed":0.1}}""", 422, "number from 0.5 up")]
    [InlineData("nightly", """{"parameters":{"posts":null}}""", 202, "")]
    [InlineData("nightly", """{"parameters":7}""", 422, "must be an object")]
    [InlineData("nightly", """{"logicalDate":"22.11.2026"}""", 422, "2026-11-22")]
    [InlineData("nightly", """{"only":["clean-pni"]}""", 422, "Did you mean 'clean-pin'?")]
    [InlineData("nightly", """{"only":[]}""", 422, "names no task")]
    [InlineData("nightly", """{"only":["clean-pin"]}""", 202, "")]
    public async Task Trigger_AnswersWithWhatIsWrong(string pipeline, string body, int status, string says)
    {
        var (answered, problem) = await PostAsync($"/api/pipelines/{pipeline}/runs", body);
        Assert.Equal(status, (int)answered);
        Assert.Contains(says, status == 202 ? "" : problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("/api/pipelines/nightly/runs")]
    [InlineData("/api/pipelines/nightly/pause")]
    [InlineData("/api/runs/1/retry")]
    [InlineData("/api/runs/1/cancel")]
    [InlineData("/api/runs/1/tasks/a/rerun")]
    [InlineData("/api/runs/1/tasks/a/skip")]
    [InlineData("/api/pipelines/nightly/plan")]
    public async Task Post_IsRefused_WithoutItsContentType(string path)
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await _http.PostAsync(path, null)).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await _http.PostAsync(path, new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded"))).StatusCode);
    }

    [Fact]
    public async Task Trigger_IsOneRun_UnderOneIdempotencyKey()
    {
        var (first, run) = await PostAsync("/api/pipelines/nightly/runs", """{"parameters":{"posts":1,"seed":2}}""", "key");
        var (second, again) = await PostAsync("/api/pipelines/nightly/runs", """{ "parameters": {"seed":2, "posts":1} }""", "key");
        var (third, _) = await PostAsync("/api/pipelines/nightly/runs", """{"parameters":{"posts":2}}""", "key");
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity), (first, second, third));
        Assert.Equal(run.GetProperty("id").GetString(), again.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Runs_AreListed_ByPagesAndFilters()
    {
        for (var day = 1; day <= 5; day++)
        {
            await EndAsync((await PostAsync("/api/pipelines/nightly/runs", $$$"""{"logicalDate":"2026-11-0{{{day}}}","parameters":{"seed":{{{(day == 3 ? 13 : 1)}}}}}""")).Body);
        }

        var page = await _http.GetAsync("/api/runs?pipeline=nightly&limit=2");
        Assert.Equal("2026-11-05 2026-11-04", await DatesAsync(page));
        var next = page.Headers.GetValues("Link").Single();
        Assert.EndsWith("; rel=\"next\"", next);
        Assert.Equal("2026-11-03 2026-11-02", await DatesAsync(await _http.GetAsync(next[1..next.IndexOf('>')])));
        Assert.False((await _http.GetAsync("/api/runs?limit=5")).Headers.Contains("Link"));
        Assert.Equal("2026-11-03", await DatesAsync(await _http.GetAsync("/api/runs?state=failed")));
        Assert.Equal("2026-11-03 2026-11-02", await DatesAsync(await _http.GetAsync("/api/runs?from=2026-11-02&to=2026-11-03")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _http.GetAsync("/api/runs?state=done")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _http.GetAsync("/api/runs?limit=0")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/runs?pipeline=other")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/runs/999")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/runs/abc")).StatusCode);
    }

    [Fact]
    public async Task RetryAndCancel_AnswerByTheRunsState()
    {
        var failed = await EndAsync((await PostAsync("/api/pipelines/nightly/runs", """{"parameters":{"seed":13}}""")).Body);
        Assert.Equal("failed|upstream_failed|unlucky|drain-pin is failed", $"{failed.GetProperty("state")}|{failed.GetProperty("tasks")[1].GetProperty("state")}|{failed.GetProperty("tasks")[0].GetProperty("error")}|{failed.GetProperty("tasks")[1].GetProperty("reason")}");
        var id = failed.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync($"/api/runs/{id}/cancel", "")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync($"/api/runs/{id}/retry", "")).Status);
        await EndAsync(failed);

        var (_, running) = await PostAsync("/api/pipelines/nightly/runs", """{"parameters":{"seed":7}}""");
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync($"/api/runs/{running.GetProperty("id")}/retry", "")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync($"/api/runs/{running.GetProperty("id")}/cancel", "")).Status);
        Assert.Equal("cancelled", (await EndAsync(running)).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/api/runs/999/retry", "")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/api/runs/999/cancel", "{}")).Status);
    }

    [Fact]
    public async Task ActsOnTasks_AreDone_OrRefusedWithASentence()
    {
        var failed = await EndAsync((await PostAsync("/api/pipelines/nightly/runs", """{"parameters":{"seed":13}}""")).Body);
        var path = $"/api/runs/{failed.GetProperty("id")}";
        Assert.Equal((HttpStatusCode)422, (await PostAsync($"{path}/tasks/drain-pin/skip", """{"by":"Ada"}""")).Status);
        Assert.Equal((HttpStatusCode)422, (await PostAsync($"{path}/tasks/drain-pin/rerun", """{"bellow":true}""")).Status);
        Assert.Equal((HttpStatusCode)422, (await _http.GetAsync($"{path}/plan?act=rerum")).StatusCode);
        Assert.Contains("Did you mean 'drain-pin'?", (await PostAsync($"{path}/tasks/drain-pni/rerun", "")).Body.GetProperty("detail").GetString());
        Assert.Contains("'drain-pin' is failed", (await PostAsync($"{path}/tasks/clean-pin/rerun", "")).Body.GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/api/runs/999/tasks/drain-pin/rerun", "")).Status);
        Assert.Equal("drain-pin becomes succeeded; 1 task will run for the first time: clean-pin", (await _http.GetFromJsonAsync<JsonElement>($"{path}/plan?act=succeed&task=drain-pin")).GetProperty("summary").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync($"{path}/tasks/drain-pin/succeed", """{"by":"Ada","reason":"drained by hand"}""")).Status);
        var ended = await EndAsync(failed);
        Assert.Equal("succeeded", ended.GetProperty("state").GetString());
        Assert.EndsWith(""","act":"succeed","task":"drain-pin","tasks":["drain-pin"],"by":"Ada","reason":"drained by hand"}]""", ended.GetProperty("acts").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync($"{path}/tasks/clean-pin/rerun", """{"below":true}""")).Status);
        Assert.Equal(2, (await EndAsync(failed)).GetProperty("tasks")[1].GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task Plan_ShowsTheRun_AndStartsNothing()
    {
        var (status, plan) = await PostAsync("/api/pipelines/nightly/plan", """{"logicalDate":"2026-11-22","parameters":{"posts":5},"only":["clean-pin"]}""");
        Assert.Equal((HttpStatusCode.OK, "running", "2026-11-22"), (status, plan.GetProperty("state").GetString(), plan.GetProperty("logicalDate").GetString()));
        Assert.Equal("""{"posts":5}""", plan.GetProperty("parameters").GetRawText());
        Assert.Equal("drain-pin False not asked for, clean-pin True ", string.Join(", ", plan.GetProperty("tasks").EnumerateArray().Select(task => $"{task.GetProperty("key")} {task.GetProperty("runs")} {task.GetProperty("reason")}")));
        var next = plan.GetProperty("next").EnumerateArray().Select(instant => instant.GetDateTime()).ToList();
        Assert.Equal((10, 10), (next.Count, next.Distinct().Count()));
        Assert.Equal((HttpStatusCode)422, (await PostAsync("/api/pipelines/nightly/plan", """{"parameters":{"posts":-1}}""")).Status);
        Assert.Equal(0, await _host.QueryAsync<int>("select count(*) from run"));
    }

    [Fact]
    public async Task Log_IsTextOrJsonLines_AndFollowsToTheTasksEnd()
    {
        var (_, run) = await PostAsync("/api/pipelines/nightly/runs", """{"parameters":{"seed":7}}""");
        var path = $"/api/runs/{run.GetProperty("id")}/tasks/drain-pin/log";
        using var following = await _http.GetAsync(path + "?follow=true", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await following.Content.ReadAsStreamAsync());
        Assert.EndsWith("[1] information one", await lines.ReadLineAsync());
        _gate.Release();
        Assert.EndsWith("[1] information two", await lines.ReadLineAsync());
        Assert.Null(await lines.ReadLineAsync());

        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "application/x-ndjson" } } };
        using var asJson = await _http.SendAsync(request);
        var first = JsonDocument.Parse((await asJson.Content.ReadAsStringAsync()).Split('\n')[0]).RootElement;
        Assert.Equal("1 1 information one", $"{first.GetProperty("attempt")} {first.GetProperty("seq")} {first.GetProperty("level")} {first.GetProperty("text")}");
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync($"/api/runs/{run.GetProperty("id")}/tasks/drain/log")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/runs/999/tasks/drain-pin/log")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _http.GetAsync(path + "?format=xml")).StatusCode);
    }

    [Fact]
    public async Task PauseAndResume_AreSeenInTheList()
    {
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/api/pipelines/nightly/pause", """{"by":"Ada","reason":"disk","until":"2050-01-01T00:00:00Z"}""")).Status);
        var paused = (await _http.GetFromJsonAsync<JsonElement>("/api/pipelines"))[0];
        Assert.StartsWith("""True|{"by":"Ada","reason":"disk","until":"2050-01-01T00:00:00Z","at":"20""", $"{paused.GetProperty("paused")}|{paused.GetProperty("pause").GetRawText()}", StringComparison.Ordinal);
        Assert.Equal("2050-01-01T02:00:00Z", paused.GetProperty("nextRunAt").GetString());
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("/api/pipelines/nightly/resume", "")).Status);
        Assert.False((await _http.GetFromJsonAsync<JsonElement>("/api/pipelines"))[0].GetProperty("paused").GetBoolean());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync("/api/pipelines/nightly/pause", """{"until":"2001-01-01T00:00:00Z"}""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync("/api/pipelines/nightly/pause", """{"until":"soon"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/api/pipelines/other/pause", "")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/api/pipelines/other/resume", "")).Status);
    }

    private static async Task<string> DatesAsync(HttpResponseMessage page) =>
        string.Join(' ', (await page.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(run => run.GetProperty("logicalDate").GetString()));

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<JsonElement> EndAsync(JsonElement run)
    {
        var id = run.GetProperty("id").GetString()!;
        await _host.WaitForEndAsync(long.Parse(id));
        return await _http.GetFromJsonAsync<JsonElement>("/api/runs/" + id);
    }
}
