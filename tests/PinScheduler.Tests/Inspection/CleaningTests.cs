using System.Text.Json;
using PinScheduler.Tests.EndToEnd;
using PinScheduler.Tests.Stages.Drain;

namespace PinScheduler.Tests.Inspection;

public sealed class CleaningTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Explain_ShowsALine_TheFirstOnes_OrThoseRejected(string compression)
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1, settings: [("Pipeline:LandingCompression", compression)]);
        await bench.ProduceAsync(0, [.. Enumerable.Range(1, 9).Select(number => number % 4 == 0 ? $"{{\"title\":{number}}}" : $"{{\"index\":{number},\"title\":\" t{number}\"}}")]);
        await bench.DrainAsync();
        var path = (await bench.QueryAsync<string>("select path from landing_file")).Single();
        await using var server = await InspectionServer.StartAsync(bench);

        var one = (await server.GetAsync($"/api/clean/explain?file={Uri.EscapeDataString(path)}&line=3")).EnumerateArray().Single();
        Assert.Equal((3, "pin", JsonValueKind.Null), (one.GetProperty("line").GetInt32(), one.GetProperty("dataSet").GetString(), one.GetProperty("reason").ValueKind));
        var title = one.GetProperty("columns").EnumerateArray().Single(column => column.GetProperty("column").GetString() == "title");
        Assert.Equal("""{"column":"title","value":"t3","from":[{"key":"title","raw":"\" t3\"","steps":[{"what":"trimmed","value":"t3"}]}]}""", title.GetRawText());
        Assert.Equal([1, 2, 3, 4, 5], Lines(await server.GetAsync($"/api/clean/explain?file={Uri.EscapeDataString(path)}")));
        Assert.Equal([1, 2], Lines(await server.GetAsync($"/api/clean/explain?file={Uri.EscapeDataString(Path.Combine(bench.LandingRoot, path))}&limit=2")));
        Assert.Equal([4, 8], Lines(await server.GetAsync($"/api/clean/explain?file={Uri.EscapeDataString(path)}&rejected=true")));
        Assert.Empty(Lines(await server.GetAsync($"/api/clean/explain?file={Uri.EscapeDataString(path)}&line=10")));
        Assert.Equal((422, "'line' is '0'; it must be a whole number from 1 to 9223372036854775807."), await server.RefusedAsync($"/api/clean/explain?file={Uri.EscapeDataString(path)}&line=0"));

        Assert.Contains("line 4: pin, rejected: index is missing", await AskAsync(server, 0, "clean", "--explain", path, "--rejected"), StringComparison.Ordinal);
        var said = await AskAsync(server, 0, "clean", "--explain", path + ":1");
        Assert.Contains("title: \" t1\" → trimmed: t1", said, StringComparison.Ordinal);
        Assert.DoesNotContain("line 2", said, StringComparison.Ordinal);
        Assert.Contains("There is no landing file", await AskAsync(server, 1, "clean", "--explain", path.Replace("000.json", "001.json", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_ReadsNothingBeyondTheLandingFolder()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, "{\"index\":1}");
        await bench.DrainAsync();
        var inside = (await bench.QueryAsync<string>("select path from landing_file")).Single();
        var name = Path.GetFileName(inside);
        using var outside = new TemporaryFolder();
        File.WriteAllText(Path.Combine(outside.Path, name), "{\"index\":2}\n");
        Directory.CreateSymbolicLink(Path.Combine(bench.LandingRoot, "linked"), outside.Path);
        File.CreateSymbolicLink(Path.Combine(bench.LandingRoot, name), Path.Combine(outside.Path, name));
        await using var server = await InspectionServer.StartAsync(bench);

        foreach (var (file, status) in new[]
        {
            (Path.Combine(outside.Path, name), 422),
            (Path.GetRelativePath(bench.LandingRoot, Path.Combine(outside.Path, name)), 422),
            ($"{Path.GetDirectoryName(inside)}/../../../{name}", 422),
            ("/etc/passwd", 422),
            ("linked/../linked/../../etc/passwd", 422),
            (inside.Replace(".json", ".dead.jsonl", StringComparison.Ordinal), 422),
            ("linked/" + name, 404),
            (name, 404),
        })
        {
            Assert.True((await server.RefusedAsync($"/api/clean/explain?file={Uri.EscapeDataString(file)}")).Status == status, file);
        }

        Assert.Equal([1], Lines(await server.GetAsync($"/api/clean/explain?file={Uri.EscapeDataString(inside)}")));
    }

    [Fact]
    public async Task Files_AreThoseOfTheTask()
    {
        await using var bench = await DrainBench.CreateAsync(partitions: 1);
        await bench.ProduceAsync(0, "{\"index\":1}", "{\"index\":2}");
        await bench.DrainAsync(run: 1);
        await bench.ExecuteAsync("insert into run (id, pipeline, version, logical_date, state, `trigger`, parameters, created_at, ended_at) values (1, 'nightly', 'v', '2026-11-22', 'succeeded', 'api', '{}', utc_timestamp(6), utc_timestamp(6))");
        await bench.ExecuteAsync("""insert into cleaned_file (landing_file, rules, data_set, run, records, accepted, duplicates, rejected, nulls, milliseconds, cleaned_at) select id, 'r', 'pin', run, 2, 1, 1, 0, '{"title":2}', bytes / 1000, utc_timestamp(6) from landing_file""");
        await using var server = await InspectionServer.StartAsync(bench);

        var file = (await server.GetAsync("/api/runs/1/tasks/clean-pin/files")).EnumerateArray().Single();

        Assert.Equal((2, 1, 1, 0, 1.0, "{\"title\":2}"), (Number("read"), Number("accepted"), Number("duplicates"), Number("rejected"), file.GetProperty("megabytesPerSecond").GetDouble(), file.GetProperty("nulls").GetRawText()));
        Assert.Equal("[]", (await server.GetAsync("/api/runs/1/tasks/clean-geo/files")).GetRawText());
        Assert.Equal((404, "The task 'drain-pin' cleans no files; clean-pin, clean-geo, clean-user do."), await server.RefusedAsync("/api/runs/1/tasks/drain-pin/files"));
        Assert.Equal(404, (await server.RefusedAsync("/api/runs/2/tasks/clean-pin/files")).Status);

        int Number(string property) => file.GetProperty(property).GetInt32();
    }

    private static IEnumerable<int> Lines(JsonElement records) => records.EnumerateArray().Select(record => record.GetProperty("line").GetInt32());

    private static async Task<string> AskAsync(InspectionServer server, int code, params string[] arguments)
    {
        var command = new ChildProcess(Path.GetTempPath(), new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), .. arguments, "--server", server.Http.BaseAddress!.ToString()]);
        Assert.True(await command.ExitAsync() == code, command.Output);
        return command.Output;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pinscheduler-explain-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
