using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace PinScheduler.Cli;

/// <summary>Follows a run to its end: a line for each task that has ended, and on a terminal below them bars of what runs now.</summary>
internal sealed class RunWatch(SchedulerClient client, TimeSpan patience, bool quiet)
{
    private const int WideTerminal = 100;
    private const int PlainWidth = 120;
    private const string NotRun = "upstream_failed";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly HashSet<string> _told = [];

    /// <summary>Follows the run to its end; of its tasks only those are told that have not ended in what is given of it.</summary>
    public Task<JsonElement> WaitAsync(JsonElement run, CancellationToken cancellationToken)
    {
        if (run.TryGetProperty("tasks", out var tasks))
        {
            _told.UnionWith(tasks.EnumerateArray().Where(static task => task.Text("endedAt").Length > 0).Select(Told));
        }

        return WaitAsync(run.Text("id"), cancellationToken);
    }

    public async Task<JsonElement> WaitAsync(string run, CancellationToken cancellationToken)
    {
        if (quiet || !Output.IsTerminal)
        {
            return await PollAsync(run, static _ => { }, cancellationToken);
        }

        return await AnsiConsole.Live(new Text("waiting …")).AutoClear(true).StartAsync(live => PollAsync(run, state => live.UpdateTarget(ProgressBars.OfRun(state)), cancellationToken));
    }

    private async Task<JsonElement> PollAsync(string run, Action<JsonElement> now, CancellationToken cancellationToken)
    {
        var look = new PatientLook(client, "/api/runs/" + run, "run " + run, "pinscheduler show " + run, patience);
        for (var pause = TimeSpan.Zero; ; pause = Interval)
        {
            var state = await look.AfterAsync(pause, cancellationToken);
            var ended = state.Text("endedAt").Length > 0;
            foreach (var task in state.GetProperty("tasks").EnumerateArray().Where(task => IsTold(task, ended)).OrderBy(task => task.Text("endedAt"), StringComparer.Ordinal))
            {
                PrintTask(task);
            }

            if (ended)
            {
                if (!quiet)
                {
                    Output.Line($"run {run} for {state.Text("logicalDate")} {state.Text("state")} after {Seconds(state)}", Output.Colour(state.Text("state")));
                    PrintWarnings(state);
                    PrintNotRun(state);
                    PrintFailures(client, state);
                }

                return state;
            }

            now(state);
        }
    }

    private bool IsTold(JsonElement task, bool runEnded) =>
        !quiet && (task.Text("endedAt").Length > 0 || runEnded) && task.Text("state") is not ("skipped" or NotRun or "waiting" or "queued" or "running" or "retrying") && _told.Add(Told(task));

    private static string Told(JsonElement task) => $"{task.Text("key")} {task.Text("state")} {task.Text("attempts")}";

    public static void PrintTask(JsonElement task)
    {
        var (key, state, seconds, counts) = (task.Text("key"), task.Text("state"), Seconds(task), Counts(task));
        if (Output.IsTerminal)
        {
            AnsiConsole.Write(new OverLive(TerminalLine(key, state, seconds, counts, Warns(task), AnsiConsole.Profile.Width)));
        }
        else
        {
            Output.Line($"{key,-44} {state,-10} {seconds,9}  {counts}".TrimEnd());
        }

        if (task.Text("error") is { Length: > 0 } error)
        {
            Output.Line("    " + error, "red");
        }

        if (task.Text("reason") is { Length: > 0 } reason)
        {
            Output.Line("    " + reason, "grey");
        }
    }

    public static void PrintWarnings(JsonElement run)
    {
        foreach (var warning in run.GetProperty("warnings").EnumerateArray())
        {
            Output.Line("warning: " + warning, "yellow");
        }
    }

    // one line for all: behind the first failed task they may be all tasks of the run
    private static void PrintNotRun(JsonElement run)
    {
        var tasks = run.GetProperty("tasks").EnumerateArray().Where(static task => task.Text("state") == NotRun).Select(static task => task.Text("key")).ToList();
        if (tasks.Count == 0)
        {
            return;
        }

        var start = tasks.Count == 1 ? "1 task was not run: " : $"{tasks.Count} tasks were not run: ";
        Output.Line(start + AsManyAsFit(tasks, (Output.IsTerminal ? AnsiConsole.Profile.Width : PlainWidth) - start.Length), Output.Colour(NotRun));
    }

    private static string AsManyAsFit(List<string> names, int width)
    {
        var count = names.Count;
        string Joined() => string.Join(", ", names.Take(count)) + (count < names.Count ? ", …" : "");
        while (count > 1 && Joined().Length > width)
        {
            count--;
        }

        return Joined();
    }

    /// <summary>Last, where one looks first: what failed, and what to do about it.</summary>
    public static void PrintFailures(SchedulerClient client, JsonElement run)
    {
        var failed = run.GetProperty("tasks").EnumerateArray().Where(static task => task.Text("state") == "failed").ToList();
        foreach (var task in failed)
        {
            Output.Line($"failed: {task.Text("key")}{(task.Text("error") is { Length: > 0 } error ? ": " + error.Split('\n')[0] : "")}", "red");
        }

        if (failed.Count > 0)
        {
            Output.Line($"Its log: pinscheduler logs {run.Text("id")} {failed[0].Text("key")}{client.Named}. Once that is mended: pinscheduler retry {run.Text("id")} --wait{client.Named}.", "default");
        }
    }

    // in columns, so that counts that have no room go on below themselves
    private static Grid TerminalLine(string key, string state, string seconds, string counts, bool warns, int width)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().Width(Math.Max(key.Length + 2, width < WideTerminal ? 34 : 46)))
            .AddColumn(new GridColumn().NoWrap().Width(9).RightAligned()).AddColumn(new GridColumn());
        return grid.AddRow($"{(warns ? "[yellow]![/]" : $"[{Output.Colour(state)}]{Mark(state)}[/]")} {Markup.Escape(key)}", seconds, state == "succeeded" ? $"[grey]{Markup.Escape(counts)}[/]" : $"[{Output.Colour(state)}]{state}[/] [grey]{Markup.Escape(counts)}[/]");
    }

    // told apart without colours too
    private static string Mark(string state) => state switch
    {
        "succeeded" => "✓",
        "failed" => "✗",
        "upstream_failed" or "cancelled" => "!",
        "running" or "retrying" => "▸",
        _ => "·",
    };

    /// <summary>A check that found something and let the run go on.</summary>
    private static bool Warns(JsonElement task) => task.Text("state") == "succeeded"
        && task.TryGetProperty("counts", out var counts) && counts.ValueKind == JsonValueKind.Object && counts.TryGetProperty("broken", out var broken) && broken.GetInt64() > 0;

    private static string Counts(JsonElement task) => task.TryGetProperty("counts", out var counts) && counts.ValueKind == JsonValueKind.Object
        ? string.Join(", ", counts.EnumerateObject().Select(count => $"{count.Name} {count.Value.GetInt64().ToString("N0", CultureInfo.InvariantCulture)}"))
        : "";

    public static string Seconds(JsonElement timed) =>
        DateTimeOffset.TryParse(timed.Text("startedAt"), CultureInfo.InvariantCulture, out var start) && DateTimeOffset.TryParse(timed.Text("endedAt"), CultureInfo.InvariantCulture, out var end)
            ? ((end - start).TotalSeconds - (timed.TryGetProperty("idleSeconds", out var idle) ? idle.GetDouble() : 0)).ToString("0.00", CultureInfo.InvariantCulture) + " s"
            : "";
}
