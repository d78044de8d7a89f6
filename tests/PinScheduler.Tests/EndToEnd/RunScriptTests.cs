using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace PinScheduler.Tests.EndToEnd;

/// <summary>./run as a stranger types it.</summary>
public sealed class RunScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pinscheduler-run-").FullName;

    [Fact]
    public async Task Once_EndsWithZeroAndPrintsEveryResult_WhenTheRunSucceeds()
    {
        var run = Run("--once", "--data", Data, "--", "--Urls=" + FreeUrl(), "--Pipeline:Posts=300");

        Assert.True(await run.ExitAsync() == 0, run.Output);
        Assert.All(new GoldenData("plain").Analyses, analysis => Assert.Contains("\n" + analysis + "\n", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Once_EndsWithOne_WhenATaskFails()
    {
        var sql = Path.Combine(_folder, "sql");
        CopyFolder(Path.Combine(MariaDb.Root, "sql"), sql);
        await File.WriteAllTextAsync(Path.Combine(sql, "analytics", "wrong.sql"), "-- name: wrong\n-- title: Wrong\n-- tables: clean_pin\n-- columns: nothing\nselect nothing from clean_pin\n");

        var run = Run("--once", "--data", Data, "--", "--Urls=" + FreeUrl(), "--Pipeline:Posts=10", "--Sql=" + sql);

        Assert.True(await run.ExitAsync() == 1, run.Output);
        Assert.Contains("Unknown column", run.Output, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Idle_StopsCleanlyAndLosesNothing_WhenInterrupted()
    {
        var url = FreeUrl();
        var run = Run("--idle", "--data", Data, "--", "--Urls=" + url, "--Pipeline:Posts=0");
        await run.LineAsync("listening on ");
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        await GoldenData.SendAsync(http, "pin", new GoldenData("plain").Lines("pin"), seed: 1);

        await run.SignalAsync("INT");

        AssertNothingIsLeft();
        var again = Run("--idle", "--data", Data, "--", "--Urls=" + url, "--Pipeline:Posts=0");
        await again.LineAsync("listening on ");
        using var answer = await http.PostAsJsonAsync("/api/pipelines/nightly/runs", new { only = new[] { "drain-pin", "clean-pin" } });
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        JsonElement state;
        while ((state = await http.GetFromJsonAsync<JsonElement>("/api/runs/" + id)).GetProperty("endedAt").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(50);
        }

        var drain = state.GetProperty("tasks").EnumerateArray().Single(task => task.GetProperty("key").GetString() == "drain-pin");
        Assert.True(drain.GetProperty("counts").GetProperty("records").GetInt64() == new GoldenData("plain").Lines("pin").Length, state.GetRawText());
        await again.SignalAsync("TERM");
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("--wrong")]
    [InlineData("--once", "--idle")]
    [InlineData("--data")]
    public async Task Run_EndsWithTwo_WhenWronglyUsed(params string[] arguments) => Assert.Equal(2, await Run(arguments).ExitAsync());

    [Fact]
    public async Task Run_NamesTheDataFolder_WhereNothingCanBeWritten()
    {
        var run = Run("--data", "/proc/x");

        Assert.True(await run.ExitAsync() == 2, run.Output);
        Assert.StartsWith("The data folder '/proc/x' cannot be written to (", run.Output, StringComparison.Ordinal);
        Assert.Contains("--data DIR", run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Data => Path.Combine(_folder, "data");

    private ChildProcess Run(params string[] arguments) => new(_folder, new Dictionary<string, string>(), Path.Combine(MariaDb.Root, "run"), arguments);

    private void AssertNothingIsLeft() => Assert.DoesNotContain(
        Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _)).Select(CommandOf),
        command => command.Contains(_folder, StringComparison.Ordinal));

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // it has ended meanwhile
        }
    }

    private static string FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
