using System.CommandLine;

namespace PinScheduler.Cli;

internal static class BackfillCommand
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    public static Command Create(ServerOptions server, Option<bool> json)
    {
        var from = new Option<DateOnly>("--from") { Description = "The first logical date, yyyy-MM-dd", Required = true };
        var to = new Option<DateOnly>("--to") { Description = "The last logical date, yyyy-MM-dd", Required = true };
        var posts = new Option<long?>("--posts") { Description = "How many posts each run emulates; 0 works on what is in Kafka" };
        var force = new Option<bool>("--force") { Description = "Does dates again that have been done" };
        var command = new Command("backfill", "Runs a range of past dates, oldest first; those that have been done are left out") { from, to, posts, force };
        var wait = new WaitOptions(command, "Waits for the end of all its runs; exit code 1 when one failed");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var parameters = new Dictionary<string, object>();
            if (parsed.GetValue(posts) is { } count)
            {
                parameters["posts"] = count;
            }

            var backfill = await client.PostAsync(
                $"/api/pipelines/{RunCommands.Pipeline}/backfill",
                new { from = parsed.GetValue(from), to = parsed.GetValue(to), parameters, force = parsed.GetValue(force), requestedBy = Environment.UserName },
                cancellationToken);
            var waits = wait.Patience(parsed);
            if (waits is { } patience)
            {
                var look = new PatientLook(client, $"/api/backfills/{backfill.Text("id")}", $"backfill {backfill.Text("id")}", "pinscheduler runs", patience);
                while (backfill.Text("state") == "running")
                {
                    backfill = await look.AfterAsync(BetweenLooks, cancellationToken);
                }
            }

            var runs = backfill.GetProperty("runs").EnumerateArray().ToList();
            if (parsed.GetValue(json))
            {
                Output.Line(backfill.GetRawText());
            }
            else
            {
                foreach (var run in runs.Where(_ => waits is not null))
                {
                    Output.Line($"run {run.Text("id")} for {run.Text("logicalDate")} {run.Text("state")}");
                }

                Output.Line($"backfill {backfill.Text("id")} of {backfill.Text("pipeline")} from {backfill.Text("from")} to {backfill.Text("to")}: {backfill.Text("state")}, {runs.Count} runs so far {backfill.Text("reason")}".TrimEnd());
            }

            return backfill.Text("state") is "running" or "succeeded" ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }
}
