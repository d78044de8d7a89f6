using System.Text.Json;

namespace PinScheduler.Tests.EndToEnd;

public sealed class GoldenTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("dirty")]
    public async Task Run_GivesExpectedTablesAndResults_WhenGoldenRecordsAreSent(string name)
    {
        var golden = new GoldenData(name);
        await using var scheduler = await SchedulerProcess.StartAsync("golden_" + name);
        foreach (var kind in GoldenData.Kinds)
        {
            await GoldenData.SendAsync(scheduler.Http, kind, golden.Lines(kind), seed: 3);
        }

        var run = await scheduler.SucceedAsync(await scheduler.TriggerAsync());

        await golden.AssertAsync(scheduler);
        Assert.Equal(golden.Rejected, Sum(run, "deadLetters") + Sum(run, "rejected"));
        Assert.Equal(GoldenData.Kinds.Sum(kind => golden.Lines(kind).Length), Sum(run, "records") + Sum(run, "deadLetters"));
    }

    [Fact]
    public async Task Runs_GiveTheSame_WhenRecordsComeInThreeNightsAndSomeAgain()
    {
        var golden = new GoldenData("dirty");
        await using var scheduler = await SchedulerProcess.StartAsync("golden_split");
        var random = new Random(7);
        for (var night = 0; night < 3; night++)
        {
            foreach (var kind in GoldenData.Kinds)
            {
                var lines = golden.Lines(kind).Where((_, line) => line % 3 == night || random.NextDouble() < 0.1).ToArray();
                random.Shuffle(lines);
                await GoldenData.SendAsync(scheduler.Http, kind, lines, seed: night);
            }

            await scheduler.SucceedAsync(await scheduler.TriggerAsync());
        }

        await golden.AssertAsync(scheduler);
    }

    [Fact]
    public async Task Run_GivesExpectedResults_WhenEverythingIsKilledAgainAndAgainAfterTheDrains()
    {
        var golden = new GoldenData("dirty");
        await using var scheduler = await SchedulerProcess.StartAsync("golden_killed");
        foreach (var kind in GoldenData.Kinds)
        {
            await GoldenData.SendAsync(scheduler.Http, kind, golden.Lines(kind), seed: 5);
        }

        var run = await scheduler.TriggerAsync();
        await scheduler.UntilAsync(run, static state => state.GetProperty("tasks").EnumerateArray()
            .Where(task => task.GetProperty("stage").GetString() == "drain").All(task => task.GetProperty("state").GetString() == "succeeded"));
        for (var kill = 0; kill < 3; kill++)
        {
            scheduler.KillEverything();
            await scheduler.StartAsync();
            var done = Succeeded(await scheduler.RunAsync(run));
            await scheduler.UntilAsync(run, state => Succeeded(state) > done || state.GetProperty("endedAt").ValueKind != JsonValueKind.Null);
        }

        await scheduler.SucceedAsync(run);
        await golden.AssertAsync(scheduler);
    }

    [Fact]
    public async Task Run_GivesExpectedResults_WhenTheServerIsKilledInTheMiddleOfItsTasks()
    {
        var golden = new GoldenData("dirty");
        await using var scheduler = await SchedulerProcess.StartAsync("golden_worker_killed");
        foreach (var kind in GoldenData.Kinds)
        {
            await GoldenData.SendAsync(scheduler.Http, kind, golden.Lines(kind), seed: 6);
        }

        // whatever task is running, from the first drain on, dies with its server: the broker and its records stay
        var run = await scheduler.TriggerAsync();
        foreach (var stage in new[] { "drain", "clean", "analyze" })
        {
            await scheduler.UntilAsync(run, state => state.GetProperty("endedAt").ValueKind != JsonValueKind.Null || state.GetProperty("tasks").EnumerateArray()
                .Any(task => task.GetProperty("stage").GetString() == stage && task.GetProperty("state").GetString() == "running"));
            scheduler.KillServer();
            await scheduler.StartAsync();
        }

        var end = await scheduler.SucceedAsync(run);
        await golden.AssertAsync(scheduler);
        Assert.Equal(golden.Rejected, Sum(end, "deadLetters") + Sum(end, "rejected"));
        Assert.Equal(GoldenData.Kinds.Sum(kind => golden.Lines(kind).Length), Sum(end, "records") + Sum(end, "deadLetters"));
    }

    [Fact]
    public async Task Run_GivesExpectedResultsAndSaysWhatHappened_WhenLandingFilesWereTamperedWith()
    {
        var golden = new GoldenData("dirty");
        await using var scheduler = await SchedulerProcess.StartAsync("golden_tampered", "--Pipeline:LandingCompression=gzip");
        foreach (var kind in GoldenData.Kinds)
        {
            await GoldenData.SendAsync(scheduler.Http, kind, golden.Lines(kind), seed: 8);
        }

        await scheduler.SucceedAsync(await scheduler.TriggerAsync(new { parameters = new { posts = 0 }, only = new[] { "drain-pin", "drain-geo" } }));
        var files = Directory.GetFiles(Path.Combine(scheduler.Data, "landing"), "*pin+*.json.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        File.Delete(files[0]);
        var bytes = await File.ReadAllBytesAsync(files[1]);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(files[1], bytes);
        var geo = Directory.GetFiles(Path.Combine(scheduler.Data, "landing"), "*geo+*.json.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        await File.WriteAllBytesAsync(geo, new byte[new FileInfo(geo).Length]);

        // the drain sees at once that one is missing; that others have changed, only clean sees, and sends the run back, for each data set
        var run = await scheduler.SucceedAsync(await scheduler.TriggerAsync());

        await golden.AssertAsync(scheduler);
        var warnings = run.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!).ToList();
        Assert.Contains(warnings, warning => warning.Contains(Path.GetFileName(files[0]), StringComparison.Ordinal) && warning.Contains("is missing. It was drained from Kafka once more", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains(Path.GetFileName(files[1]), StringComparison.Ordinal) && warning.Contains("the run went back to 'drain-pin'", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains(Path.GetFileName(geo), StringComparison.Ordinal) && warning.Contains("the run went back to 'drain-geo'", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains(Path.GetFileName(files[1]), StringComparison.Ordinal) && warning.Contains("is not as it was landed. It was drained from Kafka once more", StringComparison.Ordinal));
    }

    private static int Succeeded(JsonElement run) => run.GetProperty("tasks").EnumerateArray().Count(task => task.GetProperty("state").GetString() == "succeeded");

    private static long Sum(JsonElement run, string count) => run.GetProperty("tasks").EnumerateArray()
        .Where(task => task.GetProperty("stage").GetString() is "drain" or "clean" && task.GetProperty("counts").ValueKind == JsonValueKind.Object)
        .Sum(task => task.GetProperty("counts").TryGetProperty(count, out var value) ? value.GetInt64() : 0);
}
