using System.Diagnostics;
using System.Text.Json;
using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Cli;

/// <summary>Commands against a running server, piped and on a terminal (that `script` gives them).</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private SchedulerProcess _scheduler = null!;

    public async Task InitializeAsync() => _scheduler = await SchedulerProcess.StartAsync("cli", "--Pipeline:Source:Posts=60");

    public async Task DisposeAsync() => await _scheduler.DisposeAsync();

    [Fact]
    public async Task Commands_ArePlainWhenPiped_AndDrawnOnATerminal()
    {
        var watched = await OnTerminalAsync("run --posts 20 --wait");
        Assert.Contains("✓", watched, StringComparison.Ordinal);
        Assert.Contains("\u001b[", watched, StringComparison.Ordinal);
        Assert.Contains("tasks", watched, StringComparison.Ordinal);

        var piped = await PipedAsync("run --posts 20 --wait");
        Assert.Matches("(?m)^emulate {38}succeeded  +[0-9.]+ s  posts 20, records 60\r?$", piped);
        Assert.Matches("(?m)^run 2 for [0-9-]+ succeeded after [0-9.]+ s\r?$", piped);
        Assert.DoesNotContain("\u001b", piped, StringComparison.Ordinal);

        Assert.StartsWith("runs\nid\tpipeline\tlogicalDate\tstate\ttrigger\tstartedAt\tendedAt\ttook\n2\tnightly\t", await PipedAsync("runs"), StringComparison.Ordinal);
        Assert.Contains("╭", await OnTerminalAsync("runs"), StringComparison.Ordinal);
        var uncoloured = await OnTerminalAsync("runs", more: ("NO_COLOR", "1"));
        Assert.Contains("id\tpipeline\t", uncoloured, StringComparison.Ordinal);
        Assert.DoesNotMatch("\u001b\\[[0-9;]*m", uncoloured);
        Assert.Equal("2", JsonDocument.Parse(Uncoloured((await OnTerminalAsync("runs --limit 1 --json")).Split('\n', 2)[1])).RootElement[0].GetProperty("id").GetString());

        var log = await _scheduler.Http.GetStringAsync("/api/runs/1/tasks/drain-pin/log");
        Assert.Equal(log, await PipedAsync("logs 1 drain-pin"));
        Assert.Equal(log, await PipedAsync("logs 1 drain-pin -f"));
        Assert.Contains("1 draining 'pinterest.pin'", Uncoloured(await OnTerminalAsync("logs 1 drain-pin -f")), StringComparison.Ordinal);
        Assert.All((await PipedAsync("logs 1 drain-pin --json")).Trim().Split('\n'), static line => Assert.Equal(1, JsonDocument.Parse(line).RootElement.GetProperty("attempt").GetInt32()));
    }

    [Fact]
    public async Task Retry_Waits_AndAFailedRunSaysLastWhatFailedAndWhatToDo()
    {
        var sql = Directory.CreateTempSubdirectory("pinscheduler-sql-").FullName;
        foreach (var ours in Directory.GetDirectories(Path.Combine(MariaDb.Root, "sql")).Where(static folder => Path.GetFileName(folder) != "analytics"))
        {
            Directory.CreateSymbolicLink(Path.Combine(sql, Path.GetFileName(ours)), ours);
        }

        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(sql, "analytics")).FullName, "mine.sql");
        const string Header = "-- name: mine\n-- title: Mine\n-- columns: posts\n-- tables: clean_pin\n";
        await File.WriteAllTextAsync(file, Header + "select nothing as posts from clean_pin\n");
        await _scheduler.DisposeAsync();
        _scheduler = await SchedulerProcess.StartAsync("cli_retry", "--Sql=" + sql, "--Pipeline:Source:Posts=60");

        const string Advice = "Its log: pinscheduler logs 1 mine. Once that is mended: pinscheduler retry 1 --wait.";
        var failed = await PipedAsync("run --posts 20 --wait", code: 1);
        Assert.Matches($"(?m)^failed: mine: .*Unknown column 'nothing'.*\n{Advice}\n\\z", failed);
        Assert.EndsWith(Advice, Uncoloured(await OnTerminalAsync("show 1")).TrimEnd(), StringComparison.Ordinal);
        Assert.Contains(Advice, await PipedAsync("retry 1 --wait", code: 1), StringComparison.Ordinal);

        // whoever has named the server gets commands that name it, too
        var named = $"--server http://localhost:{_scheduler.Http.BaseAddress!.Port}";
        Assert.EndsWith($"Its log: pinscheduler logs 1 mine {named}. Once that is mended: pinscheduler retry 1 --wait {named}.\n", await PipedAsync("show 1 " + named), StringComparison.Ordinal);

        // and nobody is sent to a path of the API
        Assert.Equal("There is no run '9'; see the list of runs.\n", await PipedAsync("show 9", code: 1));
        Assert.Equal("'mine' has no result yet: no run of it has succeeded. Start one first.\n", await PipedAsync("results mine", code: 1));

        // a check that has found something and lets the run go on has no tick
        await _scheduler.QueryAsync("update task_run set counts = '{\"broken\":3}' where run_id = 1 and task_key = 'orphan_pin'");
        var shown = Uncoloured(await OnTerminalAsync("show 1"));
        Assert.Contains("! orphan_pin", shown, StringComparison.Ordinal);
        Assert.Contains("✓ orphan_geo", shown, StringComparison.Ordinal);

        // no restart
        await File.WriteAllTextAsync(file, Header + "select count(*) as posts from clean_pin\n");
        Assert.Matches("(?m)^run 1 for [0-9-]+ succeeded after [0-9.]+ s$", await PipedAsync("retry 1 --wait"));
        Assert.Matches("(?m)^mine +succeeded ", await PipedAsync("rerun 1 mine --wait"));
    }

    [Fact]
    public async Task TasksThatWereNotRun_AreOneLine_BeforeWhatFailed()
    {
        await _scheduler.QueryAsync("drop table geolocation_data");
        var failed = await PipedAsync("run --posts 5 --wait", code: 1);

        Assert.True(System.Text.RegularExpressions.Regex.IsMatch(failed, @"\n[0-9]{2} tasks were not run: drain-pin, clean-pin, drain-geo, [^\n]+, …\nfailed: emulate: The source cannot be read: "), failed);
        Assert.DoesNotContain("upstream_failed", failed, StringComparison.Ordinal);
        Assert.InRange(failed.Split('\n').Single(static line => line.Contains(" were not run", StringComparison.Ordinal)).Length, 100, 120);
    }

    [Fact]
    public async Task Errors_DoNotSteerTheTerminal()
    {
        var run = await _scheduler.TriggerAsync(new { parameters = new { posts = 0 } });
        await _scheduler.EndAsync(run);
        await _scheduler.QueryAsync($"update task_run set state = 'failed', error = 'fell over \u001b]0;owned\u0007 there' where run_id = {run} and task_key = 'clean-pin'");
        Assert.Contains("fell over  ]0;owned  there", await OnTerminalAsync($"show {run}"), StringComparison.Ordinal);
        Assert.Contains("no run '9 [8m'", await OnTerminalAsync("show 9\u001b[8m", code: 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seed_MakesTheSourceAnew_ButNotAUsersOwn()
    {
        Assert.Matches("^the source has 90 posts, made in [0-9.]+ s\n$", await PipedAsync("seed --posts 90"));
        Assert.Equal(["90"], await _scheduler.QueryAsync("select count(*) from pinterest_data"));
        Assert.Contains("'posts' is 0; it must be 1 to", await PipedAsync("seed --posts 0", code: 1), StringComparison.Ordinal);

        await _scheduler.QueryAsync("alter table user_data comment = 'mine'");
        Assert.Contains("'user_data' was not seeded by PinScheduler", await PipedAsync("seed --posts 10", code: 1), StringComparison.Ordinal);
        Assert.Equal(["90"], await _scheduler.QueryAsync("select count(*) from pinterest_data"));
    }

    [Fact]
    public async Task Seed_Waits_ForARunThatMayReadTheSource()
    {
        var run = await _scheduler.TriggerAsync(new { parameters = new { posts = 100_000, postsPerSecond = 10 } });
        await _scheduler.UntilAsync(run, static state => state.GetProperty("state").GetString() == "running");

        Assert.Contains($"Run {run} has not ended", await PipedAsync("seed --posts 10", code: 1), StringComparison.Ordinal);
        // a task that runs just then is told to stop, and the run ends with it
        Assert.Matches($"^run {run} is (running|cancelled)\n$", await PipedAsync($"cancel {run}"));
        Assert.Equal("cancelled", (await _scheduler.EndAsync(run)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task FollowedLog_EndsInASentence_WhereItIsStoppedOrItsTaskIsUnknown()
    {
        var run = await _scheduler.TriggerAsync(new { parameters = new { posts = 100_000, postsPerSecond = 10 } });
        Assert.Contains($"Run {run} has no task 'emulat'. Did you mean 'emulate'?", await OnTerminalAsync($"logs {run} emulat -f", code: 1), StringComparison.Ordinal);

        var followed = Terminal($"logs {run} emulate -f");
        var pid = (await followed.LineAsync("pid "))["pid ".Length..];
        var started = Stopwatch.StartNew();
        while (!followed.Output.Contains("Sending 100000 posts", StringComparison.Ordinal))
        {
            Assert.True(started.Elapsed < ChildProcess.Patience, followed.Output);
            await Task.Delay(10);
        }

        using (var interrupt = Process.Start("kill", ["-INT", pid]))
        {
            await interrupt.WaitForExitAsync();
        }

        Assert.DoesNotContain("   at ", await EndAsync(followed, 130), StringComparison.Ordinal);
        await PipedAsync($"cancel {run}");
        await _scheduler.EndAsync(run);
    }

    private static string Uncoloured(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\u001b(\\[[0-9;?]*[a-zA-Z]|[=>])", "");

    private static string Program => Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll");

    private async Task<string> PipedAsync(string arguments, int code = 0) => await EndAsync(new ChildProcess(_scheduler.Data, Environment(), "dotnet", [Program, .. arguments.Split(' ')]), code);

    private async Task<string> OnTerminalAsync(string arguments, int code = 0, params (string Key, string Value)[] more) => await EndAsync(Terminal(arguments, more), code);

    private ChildProcess Terminal(string arguments, params (string Key, string Value)[] more) =>
        new(_scheduler.Data, Environment(more), "script", "-qec", $"stty cols 120 rows 40; echo pid $$; exec dotnet {Program} {arguments}", "/dev/null");

    private Dictionary<string, string> Environment(params (string Key, string Value)[] more)
    {
        var environment = new Dictionary<string, string> { ["PINSCHEDULER_SERVER"] = _scheduler.Http.BaseAddress!.ToString(), ["TERM"] = "xterm-256color", ["NO_COLOR"] = "", ["LANG"] = "C.UTF-8" };
        foreach (var (key, value) in more)
        {
            environment[key] = value;
        }

        return environment;
    }

    private static async Task<string> EndAsync(ChildProcess command, int code)
    {
        Assert.True(await command.ExitAsync() == code, command.Output);
        return command.Output.TrimEnd('\n') + "\n";
    }
}
