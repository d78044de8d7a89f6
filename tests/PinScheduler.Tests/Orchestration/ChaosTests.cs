using System.Text.Json;
using OrchestrationBench.Chaos;

namespace PinScheduler.Tests.Orchestration;

/// <summary>The short form of `bench/orchestration chaos`.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task TwoServers_KeepTheirPromises_WhileTheyAreKilledAndTheDatabaseRestarts()
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-chaos-").FullName;
        try
        {
            var report = await new ChaosRun(MariaDb.StartOwn(folder), Random.Shared.Next(1_000_000), TimeSpan.FromSeconds(15), [Restart]).RunAsync();
            Assert.True(report.Broken.Count == 0, report.ToString());
            Assert.True(report is { Runs: > 0, Stories: > 0, Kills: > 0 }, report.ToString());
        }
        finally
        {
            MariaDb.StopOwn(folder);
            Directory.Delete(folder, recursive: true);
        }

        void Restart()
        {
            MariaDb.StopOwn(folder);
            MariaDb.StartOwn(folder);
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("{\"state\":\"succeeded\"|{\"state\":\"running\"", "the run is running and ended at")]
    [InlineData("\"state\":\"succeeded\",\"attempts\":1|\"state\":\"running\",\"attempts\":1", "running without an open attempt")]
    [InlineData("\"attempts\":1|\"attempts\":2", "2 attempts and 1 told")]
    public void Story_IsSeenThrough(string change, string wrong)
    {
        const string Told =
            """
            {"state":"succeeded","createdAt":"2026-01-01T00:00:00Z","startedAt":"2026-01-01T00:00:00Z","endedAt":"2026-01-01T00:00:03Z","tasks":[
            {"key":"t","state":"succeeded","attempts":1,"startedAt":"2026-01-01T00:00:01Z","endedAt":"2026-01-01T00:00:02Z","dependsOn":[],"history":[{"attempt":1,"state":"succeeded","startedAt":"2026-01-01T00:00:01Z","endedAt":"2026-01-01T00:00:02Z"}]}]}
            """;
        var (from, to) = change.Split('|') is [var before, var after] ? (before, after) : ("", "");
        var found = string.Join("; ", Story.Contradictions(JsonSerializer.Deserialize<JsonElement>(from.Length == 0 ? Told : Told.Replace(from, to)), _ => false));
        Assert.True(wrong.Length == 0 ? found.Length == 0 : found.Contains(wrong, StringComparison.Ordinal), found);
    }
}
