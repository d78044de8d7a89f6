using System.CommandLine;
using System.Text.Json;

namespace PinScheduler.Cli;

internal static class RunCommands
{
    public const string Pipeline = "nightly";

    public static Command Run(ServerOptions server, Option<bool> json)
    {
        var date = new Option<DateOnly?>("--date") { Description = "The logical date, yyyy-MM-dd; default today" };
        var posts = new Option<long?>("--posts") { Description = "How many posts to emulate; 0 works on what is in Kafka" };
        var results = new Option<bool>("--results") { Description = "With --wait: prints the result tables" };
        var command = new Command("run", "Starts a run of the pipeline") { date, posts, results };
        var wait = new WaitOptions(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var parameters = new Dictionary<string, object>();
            if (parsed.GetValue(posts) is { } count)
            {
                parameters["posts"] = count;
            }

            var run = await StartAsync(client, new { logicalDate = parsed.GetValue(date), parameters, trigger = "cli", requestedBy = Environment.UserName }, cancellationToken);
            if (await FollowAsync(client, run, wait.Patience(parsed), parsed.GetValue(json), cancellationToken) is var code && code != ExitCodes.Done)
            {
                return code;
            }

            if (wait.Patience(parsed) is not null && parsed.GetValue(results))
            {
                await ResultCommands.PrintAllAsync(client, run.Text("id"), cancellationToken);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    public static Command Rebuild(ServerOptions server, Option<bool> json)
    {
        var command = new Command("rebuild", "Computes all rollups anew, warns where they had become wrong, and runs the analyses and checks");
        var wait = new WaitOptions(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var pipeline = (await client.GetAsync("/api/pipelines", cancellationToken)).EnumerateArray().Single(one => one.Text("key") == Pipeline);
            var only = pipeline.GetProperty("tasks").EnumerateArray().Where(static task => task.Text("stage") is "analyze" or "check").Select(static task => task.Text("key"));
            var run = await StartAsync(client, new { parameters = new { rebuild = true }, only, trigger = "cli", requestedBy = Environment.UserName }, cancellationToken);
            return await FollowAsync(client, run, wait.Patience(parsed), parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static Command Runs(ServerOptions server, Option<bool> json)
    {
        var limit = new Option<int>("--limit") { Description = "How many", DefaultValueFactory = static _ => 20 };
        var command = new Command("runs", "Lists the newest runs") { limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var runs = await client.GetAsync($"/api/runs?limit={parsed.GetValue(limit)}", cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(runs.GetRawText());
                return;
            }

            if (runs.GetArrayLength() == 0)
            {
                await Console.Error.WriteLineAsync($"There is no run yet: 'pinscheduler run --wait{client.Named}' starts one.");
            }

            if (Output.IsTerminal && runs.GetArrayLength() == 0)
            {
                return;
            }

            // piped, each has its end too, where a script would look for it
            string[] columns = Output.IsTerminal ? ["id", "pipeline", "logicalDate", "state", "trigger", "took", "startedAt"] : ["id", "pipeline", "logicalDate", "state", "trigger", "startedAt", "endedAt", "took"];
            Output.Table("runs", null, columns, [.. runs.EnumerateArray().Select(run => columns.Select(column => column == "took" ? JsonSerializer.SerializeToElement(RunWatch.Seconds(run)) : run.GetProperty(column)).ToArray())], keep: 4);
        });
        return command;
    }

    public static Command Show(ServerOptions server, Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "A run's id" };
        var command = new Command("show", "Shows one run with its tasks") { run };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var shown = await client.GetAsync($"/api/runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}", cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(shown.GetRawText());
                return;
            }

            Output.Line($"run {shown.Text("id")} of {shown.Text("pipeline")} for {shown.Text("logicalDate")}: {shown.Text("state")}{(shown.Text("reason") is { Length: > 0 } because ? ", " + because : "")}{ProgressBars.Left(shown)}", Output.Colour(shown.Text("state")));
            Output.Line($"{shown.Text("trigger")}{(shown.Text("requestedBy") is { Length: > 0 } who ? " by " + who : "")}, started {(shown.Text("startedAt") is { Length: > 0 } start ? start : "not yet")}{(shown.Text("endedAt") is { Length: > 0 } end ? $", ended {end}, after {RunWatch.Seconds(shown)}" : "")}", "grey");
            foreach (var task in shown.GetProperty("tasks").EnumerateArray())
            {
                RunWatch.PrintTask(task);
            }

            foreach (var act in shown.GetProperty("acts").EnumerateArray())
            {
                Output.Line($"{act.Text("at")} {act.Text("act")}{(act.Text("task") is { Length: > 0 } named ? " " + named : "")} by {(act.Text("by") is { Length: > 0 } by ? by : "hand")}{(act.Text("reason") is { Length: > 0 } why ? ": " + why : "")}");
            }

            RunWatch.PrintWarnings(shown);
            RunWatch.PrintFailures(client, shown);
        });
        return command;
    }

    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : "";

    private static Task<JsonElement> StartAsync(SchedulerClient client, object request, CancellationToken cancellationToken) =>
        client.PostAsync($"/api/pipelines/{Pipeline}/runs", request, cancellationToken);

    private static async Task<int> FollowAsync(SchedulerClient client, JsonElement run, TimeSpan? patience, bool json, CancellationToken cancellationToken)
    {
        if (patience is not { } waits)
        {
            Output.Line(json ? run.GetRawText() : $"run {run.Text("id")} of {Pipeline} for {run.Text("logicalDate")} is {run.Text("state")}");
            return ExitCodes.Done;
        }

        return await WaitAsync(client, run, waits, json, cancellationToken);
    }

    /// <summary>Follows a run to its end, from the tasks on that have not ended in what is given of it.</summary>
    public static async Task<int> WaitAsync(SchedulerClient client, JsonElement run, TimeSpan patience, bool json, CancellationToken cancellationToken)
    {
        run = await new RunWatch(client, patience, quiet: json).WaitAsync(run, cancellationToken);
        if (json)
        {
            Output.Line(run.GetRawText());
        }

        return run.Text("state") == "succeeded" ? ExitCodes.Done : ExitCodes.Failed;
    }
}
