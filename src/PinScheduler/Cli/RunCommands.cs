using System.CommandLine;
using System.Text.Json;

namespace PinScheduler.Cli;

internal static class RunCommands
{
    private const string Pipeline = "nightly";

    public static Command Run(Option<Uri> server, Option<bool> json)
    {
        var date = new Option<DateOnly?>("--date") { Description = "The logical date, yyyy-MM-dd; default today" };
        var posts = new Option<long?>("--posts") { Description = "How many posts to emulate; 0 works on what is in Kafka" };
        var wait = new Option<bool>("--wait") { Description = "Waits for the run's end; exit code 1 when it failed" };
        var results = new Option<bool>("--results") { Description = "With --wait: prints the result tables" };
        var command = new Command("run", "Starts a run of the pipeline") { date, posts, wait, results };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new SchedulerClient(parsed.GetValue(server)!);
            var parameters = new Dictionary<string, object>();
            if (parsed.GetValue(posts) is { } count)
            {
                parameters["posts"] = count;
            }

            var run = await client.PostAsync($"/api/pipelines/{Pipeline}/runs", new { logicalDate = parsed.GetValue(date), parameters, trigger = "cli", requestedBy = Environment.UserName }, cancellationToken);
            if (!parsed.GetValue(wait))
            {
                Output.Line(parsed.GetValue(json) ? run.GetRawText() : $"run {run.Text("id")} of {Pipeline} for {run.Text("logicalDate")} is {run.Text("state")}");
                return ExitCodes.Done;
            }

            run = await new RunWatch(client, quiet: parsed.GetValue(json)).WaitAsync(run.Text("id"), cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(run.GetRawText());
            }

            if (run.Text("state") != "succeeded")
            {
                return ExitCodes.Failed;
            }

            if (parsed.GetValue(results))
            {
                await ResultCommands.PrintAllAsync(client, run.Text("id"), cancellationToken);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    public static Command Runs(Option<Uri> server, Option<bool> json)
    {
        var limit = new Option<int>("--limit") { Description = "How many", DefaultValueFactory = static _ => 20 };
        var command = new Command("runs", "Lists the newest runs") { limit };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new SchedulerClient(parsed.GetValue(server)!);
            var runs = await client.GetAsync($"/api/runs?limit={parsed.GetValue(limit)}", cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(runs.GetRawText());
                return;
            }

            string[] columns = ["id", "pipeline", "logicalDate", "state", "trigger", "startedAt", "endedAt"];
            Output.Table("runs", null, columns, [.. runs.EnumerateArray().Select(run => columns.Select(run.GetProperty).ToArray())]);
        });
        return command;
    }

    public static Command Show(Option<Uri> server, Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "A run's id" };
        var command = new Command("show", "Shows one run with its tasks") { run };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new SchedulerClient(parsed.GetValue(server)!);
            var shown = await client.GetAsync($"/api/runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}", cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(shown.GetRawText());
                return;
            }

            Output.Line($"run {shown.Text("id")} of {shown.Text("pipeline")} for {shown.Text("logicalDate")}: {shown.Text("state")}");
            foreach (var task in shown.GetProperty("tasks").EnumerateArray())
            {
                RunWatch.PrintTask(task);
            }

            RunWatch.PrintWarnings(shown);
        });
        return command;
    }

    public static Command Logs(Option<Uri> server)
    {
        var run = new Argument<string>("RUN") { Description = "A run's id" };
        var task = new Argument<string>("TASK") { Description = "A task's key: drain-pin" };
        var command = new Command("logs", "Prints a task's log") { run, task };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new SchedulerClient(parsed.GetValue(server)!);
            Console.Write(await client.GetTextAsync($"/api/runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/tasks/{Uri.EscapeDataString(parsed.GetValue(task)!)}/log", cancellationToken));
        });
        return command;
    }

    /// <summary>A command that posts to a run: retry, cancel.</summary>
    public static Command Act(string verb, string description, Option<Uri> server, Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "A run's id" };
        var command = new Command(verb, description) { run };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new SchedulerClient(parsed.GetValue(server)!);
            var answer = await client.PostAsync($"/api/runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/{verb}", new { }, cancellationToken);
            Output.Line(parsed.GetValue(json) ? answer.GetRawText() : $"run {answer.Text("id")} is {answer.Text("state")}");
        });
        return command;
    }

    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : "";
}
