using System.CommandLine;

namespace PinScheduler.Cli;

internal static class PauseCommands
{
    public static Command Pause(ServerOptions server, Option<bool> json)
    {
        var reason = new Option<string>("--reason") { Description = "Why; shown to whoever looks" };
        var until = new Option<DateTimeOffset?>("--until") { Description = "When it ends by itself, such as 2026-11-22T06:00Z" };
        var command = new Command("pause", "Keeps the schedule from starting runs") { reason, until };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var answer = await client.PostAsync($"/api/pipelines/{RunCommands.Pipeline}/pause", new { by = Environment.UserName, reason = parsed.GetValue(reason), until = parsed.GetValue(until)?.UtcDateTime }, cancellationToken);
            Output.Line(parsed.GetValue(json) ? answer.GetRawText() : $"{answer.Text("pipeline")} is paused{(answer.Text("until") is { Length: > 0 } end ? $" until {end}" : "")}");
        });
        return command;
    }

    public static Command Resume(ServerOptions server, Option<bool> json)
    {
        var command = new Command("resume", "Lets the schedule start runs again");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var answer = await client.PostAsync($"/api/pipelines/{RunCommands.Pipeline}/resume", new { }, cancellationToken);
            Output.Line(parsed.GetValue(json) ? answer.GetRawText() : $"{answer.Text("pipeline")} goes on");
        });
        return command;
    }
}
