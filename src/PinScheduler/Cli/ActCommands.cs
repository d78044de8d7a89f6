using System.CommandLine;

namespace PinScheduler.Cli;

/// <summary>What is done to a run by hand, each with who (the user) and why; and `plan`, which only says what it, or a new run, would do.</summary>
internal static class ActCommands
{
    /// <summary>Of a whole run: retry, cancel.</summary>
    public static Command OfRun(string verb, string description, ServerOptions server, Option<bool> json, bool waits = false)
    {
        var (run, reason) = (Run(), Reason(required: false));
        var command = new Command(verb, description) { run, reason };
        var wait = waits ? new WaitOptions(command) : null;
        command.SetAction((parsed, cancellationToken) =>
            ActAsync(parsed, $"{Path(parsed, run)}/{verb}", new { by = Environment.UserName, reason = parsed.GetValue(reason) }, server, json, cancellationToken, wait?.Patience(parsed)));
        return command;
    }

    public static Command Rerun(ServerOptions server, Option<bool> json)
    {
        var (run, task, below, reason) = (Run(), TaskOf(), Below(), Reason(required: false));
        var command = new Command("rerun", "Runs a task of an ended run again") { run, task, below, reason };
        var wait = new WaitOptions(command);
        command.SetAction((parsed, cancellationToken) =>
            ActAsync(parsed, $"{Path(parsed, run, task)}/rerun", new { below = parsed.GetValue(below), by = Environment.UserName, reason = parsed.GetValue(reason) }, server, json, cancellationToken, wait.Patience(parsed)));
        return command;
    }

    /// <summary>Settles a task by hand: succeed, skip.</summary>
    public static Command OfTask(string verb, string description, ServerOptions server, Option<bool> json)
    {
        var (run, task, reason) = (Run(), TaskOf(), Reason(required: true));
        var command = new Command(verb, description) { run, task, reason };
        command.SetAction((parsed, cancellationToken) => ActAsync(parsed, $"{Path(parsed, run, task)}/{verb}", new { by = Environment.UserName, reason = parsed.GetValue(reason) }, server, json, cancellationToken));
        return command;
    }

    public static Command Plan(ServerOptions server, Option<bool> json)
    {
        var date = new Option<DateOnly?>("--date") { Description = "The logical date, yyyy-MM-dd; default today" };
        var posts = new Option<long?>("--posts") { Description = "How many posts to emulate; 0 works on what is in Kafka" };
        var only = new Option<string[]>("--only") { Description = "Just these tasks", AllowMultipleArgumentsPerToken = true };
        var command = new Command("plan", "Shows what a run would do, and does nothing") { date, posts, only };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var parameters = parsed.GetValue(posts) is { } count ? new Dictionary<string, object> { ["posts"] = count } : [];
            var plan = await client.PostAsync(
                $"/api/pipelines/{RunCommands.Pipeline}/plan", new { logicalDate = parsed.GetValue(date), parameters, only = parsed.GetValue(only) is { Length: > 0 } keys ? keys : null }, cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(plan.GetRawText());
                return;
            }

            Output.Line($"a run of {plan.Text("pipeline")} for {plan.Text("logicalDate")} would be {plan.Text("state")}{(plan.Text("reason") is { Length: > 0 } why ? $": it {why}" : "")}");
            Output.Line("parameters: " + string.Join(", ", plan.GetProperty("parameters").EnumerateObject().Select(static one => $"{one.Name} {one.Value}")));
            string[] columns = ["key", "stage", "queue", "runs", "reason", "dependsOn"];
            Output.Table("tasks, in order", null, columns, [.. plan.GetProperty("tasks").EnumerateArray().Select(task => columns.Select(task.GetProperty).ToArray())], keep: 4);
            Output.Line("next by schedule: " + string.Join(", ", plan.GetProperty("next").EnumerateArray().Select(static next => next.GetString())), "default");
        });
        command.Add(PlanOf("retry", "Shows what a retry would do", server, json));
        command.Add(PlanOf("cancel", "Shows what a cancel would stop", server, json));
        command.Add(PlanRerun(server, json));
        return command;
    }

    private static Command PlanOf(string verb, string description, ServerOptions server, Option<bool> json)
    {
        var run = Run();
        var command = new Command(verb, description) { run };
        command.SetAction((parsed, cancellationToken) => ShowPlanAsync(parsed, $"{Path(parsed, run)}/plan?act={verb}", server, json, cancellationToken));
        return command;
    }

    private static Command PlanRerun(ServerOptions server, Option<bool> json)
    {
        var (run, task, below) = (Run(), TaskOf(), Below());
        var command = new Command("rerun", "Shows what a rerun would do") { run, task, below };
        command.SetAction((parsed, cancellationToken) =>
            ShowPlanAsync(parsed, $"{Path(parsed, run)}/plan?act=rerun&task={Uri.EscapeDataString(parsed.GetValue(task)!)}&below={(parsed.GetValue(below) ? "true" : "false")}", server, json, cancellationToken));
        return command;
    }

    private static async Task ShowPlanAsync(ParseResult parsed, string path, ServerOptions server, Option<bool> json, CancellationToken cancellationToken)
    {
        using var client = server.Connect(parsed);
        var plan = await client.GetAsync(path, cancellationToken);
        Output.Line(parsed.GetValue(json) ? plan.GetRawText() : $"{plan.Text("summary")}.{(plan.Text("state") == "running" ? "" : $" The run would be {plan.Text("state")}{(plan.Text("reason") is { Length: > 0 } why ? $": it {why}" : "")}.")}");
    }

    private static async Task<int> ActAsync(ParseResult parsed, string path, object body, ServerOptions server, Option<bool> json, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        using var client = server.Connect(parsed);
        var answer = await client.PostAsync(path, body, cancellationToken);
        if (patience is { } waits)
        {
            return await RunCommands.WaitAsync(client, answer, waits, parsed.GetValue(json), cancellationToken);
        }

        Output.Line(parsed.GetValue(json) ? answer.GetRawText() : $"run {answer.Text("id")} is {answer.Text("state")}");
        return ExitCodes.Done;
    }

    private static Argument<string> Run() => new("RUN") { Description = "A run's id" };

    private static Argument<string> TaskOf() => new("TASK") { Description = "A task's key: clean-geo" };

    private static Option<bool> Below() => new("--below") { Description = "With all tasks below it" };

    private static Option<string> Reason(bool required) => new("--reason") { Description = "Why; kept with the run", Required = required };

    private static string Path(ParseResult parsed, Argument<string> run) => $"/api/runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}";

    private static string Path(ParseResult parsed, Argument<string> run, Argument<string> task) => $"{Path(parsed, run)}/tasks/{Uri.EscapeDataString(parsed.GetValue(task)!)}";
}
