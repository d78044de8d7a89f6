using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace PinScheduler.Cli;

/// <summary>Follows a run to its end: a line for each task that has ended, and on a terminal what runs now.</summary>
internal sealed class RunWatch(SchedulerClient client, bool quiet)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly HashSet<string> _told = [];

    public async Task<JsonElement> WaitAsync(string run, CancellationToken cancellationToken)
    {
        if (quiet || !Output.IsTerminal)
        {
            return await PollAsync(run, static _ => { }, cancellationToken);
        }

        return await AnsiConsole.Status().StartAsync("waiting …", status => PollAsync(run, now => status.Status(Markup.Escape(now)), cancellationToken));
    }

    private async Task<JsonElement> PollAsync(string run, Action<string> now, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await client.GetAsync("/api/runs/" + run, cancellationToken);
            var ended = state.Text("endedAt").Length > 0;
            foreach (var task in state.GetProperty("tasks").EnumerateArray().Where(task => IsTold(task, ended)).OrderBy(task => task.Text("endedAt"), StringComparer.Ordinal))
            {
                PrintTask(task);
            }

            if (ended)
            {
                if (!quiet)
                {
                    Output.Line($"run {run} for {state.Text("logicalDate")} {state.Text("state")} after {Seconds(state)}", Colour(state.Text("state")));
                    PrintWarnings(state);
                }

                return state;
            }

            now(Now(state));
            await Task.Delay(Interval, cancellationToken);
        }
    }

    private bool IsTold(JsonElement task, bool runEnded) =>
        !quiet && (task.Text("endedAt").Length > 0 || runEnded) && task.Text("state") is not ("skipped" or "waiting" or "queued" or "running" or "retrying") && _told.Add($"{task.Text("key")} {task.Text("state")} {task.Text("attempts")}");

    public static void PrintTask(JsonElement task)
    {
        var line = $"{task.Text("key"),-44} {task.Text("state"),-10} {Seconds(task),9}  {Counts(task)}";
        Output.Line(line.TrimEnd(), Colour(task.Text("state")));
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

    private static string Now(JsonElement run)
    {
        var running = run.GetProperty("tasks").EnumerateArray().Where(task => task.Text("state") is "running" or "retrying").Select(task =>
        {
            return task.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Object ? $"{task.Text("key")} {Progress(progress)}" : task.Text("key");
        });
        return run.Text("state") == "queued" ? "queued: another run is active" : string.Join(", ", running) is { Length: > 0 } keys ? keys : "waiting …";
    }

    private static string Progress(JsonElement progress)
    {
        var (rate, left) = (progress.Text("perSecond"), progress.Text("secondsLeft"));
        return $"{progress.Text("done")}/{progress.Text("total")} {progress.Text("unit")}{(rate.Length > 0 ? $", {rate}/s" : "")}{(left.Length > 0 ? $", {left} s left" : "")}";
    }

    private static string Counts(JsonElement task) => task.TryGetProperty("counts", out var counts) && counts.ValueKind == JsonValueKind.Object
        ? string.Join(", ", counts.EnumerateObject().Select(count => $"{count.Name} {count.Value.GetInt64().ToString("N0", CultureInfo.InvariantCulture)}"))
        : "";

    private static string Seconds(JsonElement timed) =>
        DateTimeOffset.TryParse(timed.Text("startedAt"), CultureInfo.InvariantCulture, out var start) && DateTimeOffset.TryParse(timed.Text("endedAt"), CultureInfo.InvariantCulture, out var end)
            ? (end - start).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s"
            : "";

    private static string? Colour(string state) => state switch
    {
        "succeeded" => "green",
        "failed" => "red",
        "upstream_failed" or "cancelled" => "yellow",
        _ => null,
    };
}
