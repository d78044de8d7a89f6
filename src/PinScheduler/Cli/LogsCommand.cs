using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace PinScheduler.Cli;

/// <summary>`logs`: a task's log, with -f as it grows and on a terminal with the task's progress below it.</summary>
internal static class LogsCommand
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    public static Command Create(ServerOptions server, Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "A run's id" };
        var task = new Argument<string>("TASK") { Description = "A task's key: drain-pin" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on to print what is added, until the task has ended" };
        var command = new Command("logs", "Prints a task's log") { run, task, follow };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var (of, key, goesOn) = (Uri.EscapeDataString(parsed.GetValue(run)!), parsed.GetValue(task)!, parsed.GetValue(follow));
            var terminal = Output.IsTerminal && !parsed.GetValue(json);
            var path = $"/api/runs/{of}/tasks/{Uri.EscapeDataString(key)}/log?follow={(goesOn ? "true" : "false")}&format={(terminal || parsed.GetValue(json) ? "jsonl" : "text")}";
            if (!terminal)
            {
                await foreach (var line in client.LinesAsync(path, cancellationToken))
                {
                    Console.WriteLine(line);
                }
            }
            else if (!goesOn)
            {
                await foreach (var line in client.LinesAsync(path, cancellationToken))
                {
                    Print(line);
                }
            }
            else
            {
                await AnsiConsole.Live(new Text("")).AutoClear(true).StartAsync(live => FollowAsync(client, of, key, path, live, cancellationToken));
            }
        });
        return command;
    }

    private static async Task FollowAsync(SchedulerClient client, string run, string task, string path, LiveDisplayContext live, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var each = client.LinesAsync(path, stop.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = each.MoveNextAsync().AsTask();
        var look = Task.CompletedTask;
        try
        {
            while (true)
            {
                // lines first: the bar is below them
                if (next.IsCompleted || await Task.WhenAny(next, look) == next)
                {
                    if (!await next)
                    {
                        return;
                    }

                    Print(each.Current);
                    next = each.MoveNextAsync().AsTask();
                    continue;
                }

                await look;
                // where the run has no such task, the log's own answer says so
                var shown = (await client.GetAsync("/api/runs/" + run, cancellationToken)).GetProperty("tasks").EnumerateArray().FirstOrDefault(one => one.Text("key") == task);
                if (shown.ValueKind == JsonValueKind.Object)
                {
                    live.UpdateTarget(ProgressBars.OfTask(shown));
                }

                look = Task.Delay(BetweenLooks, cancellationToken);
            }
        }
        finally
        {
            // an enumerator that still waits for a line cannot be disposed of; what went wrong first is thrown already
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Print(string line)
    {
        var entry = JsonDocument.Parse(line).RootElement;
        var level = entry.Text("level");
        var colour = level switch { "error" or "critical" => "red", "warning" => "yellow", "debug" or "trace" => "grey", _ => "default" };
        var time = entry.GetProperty("time").GetDateTime().ToString("HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture);
        AnsiConsole.Write(new OverLive(new Markup($"[grey]{time} {entry.Text("attempt")}[/] [{colour}]{(level == "information" ? "" : level + ": ")}{Markup.Escape(RecordText.Printable(entry.Text("text")))}[/]\n")));
    }
}
