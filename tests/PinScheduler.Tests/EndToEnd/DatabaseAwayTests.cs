using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace PinScheduler.Tests.EndToEnd;

public sealed class DatabaseAwayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pinscheduler-away-").FullName;

    [Fact]
    public async Task Api_Answers503WithRetryAfter_WhileTheDatabaseIsAway_AndGoesOnAfterIt()
    {
        var owner = MariaDb.StartOwn(_folder);
        await using var scheduler = await SchedulerProcess.StartAsAsync(_ => owner, "away");
        var run = await scheduler.TriggerAsync();
        await scheduler.SucceedAsync(run);
        string[] reads = ["/api/runs", $"/api/runs/{run}", "/api/pipelines", "/api/results", $"/api/runs/{run}/lineage", "/api/warehouse/tables", "/api/notifications"];

        MariaDb.StopOwn(_folder);
        foreach (var read in reads)
        {
            await AssertAwayAsync(read, await scheduler.Http.GetAsync(read));
        }

        await AssertAwayAsync("a trigger", await scheduler.Http.PostAsJsonAsync("/api/pipelines/nightly/runs", new { parameters = new { posts = 0 } }));
        await AssertAwayAsync("a cancel", await scheduler.Http.PostAsJsonAsync($"/api/runs/{run}/cancel", new { }));

        MariaDb.StartOwn(_folder);
        await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        foreach (var read in reads)
        {
            using var answer = await scheduler.Http.GetAsync(read);
            Assert.True(answer.IsSuccessStatusCode, $"{read}: {answer.StatusCode}");
        }
    }

    public void Dispose()
    {
        MariaDb.StopOwn(_folder);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task AssertAwayAsync(string what, HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{what}: {answer.StatusCode} {body}");
            Assert.Equal(5, answer.Headers.RetryAfter?.Delta?.TotalSeconds);
            var problem = JsonDocument.Parse(body).RootElement;
            Assert.Equal(503, problem.GetProperty("status").GetInt32());
            Assert.StartsWith("The database does not answer (", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }
}
