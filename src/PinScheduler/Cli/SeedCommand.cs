using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace PinScheduler.Cli;

/// <summary>`seed --posts N`: makes the source anew, with so many posts.</summary>
internal static class SeedCommand
{
    // a hundred million posts take that long; Ctrl-C ends it earlier, and leaves the source that was there
    private static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    public static Command Create(ServerOptions server, Option<bool> json)
    {
        var posts = new Option<long>("--posts") { Description = "How many posts the source has then", Required = true };
        var command = new Command("seed", "Makes the seeded source anew; a source of your own is never touched") { posts };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed, Patience);
            var wanted = parsed.GetValue(posts);
            Task<JsonElement> SeedAsync() => client.PostAsync("/api/source/seed", new { posts = wanted }, cancellationToken);
            var answer = Output.IsTerminal && !parsed.GetValue(json)
                ? await AnsiConsole.Status().StartAsync(string.Create(CultureInfo.InvariantCulture, $"seeding {wanted:N0} posts …"), _ => SeedAsync())
                : await SeedAsync();
            Output.Line(parsed.GetValue(json)
                ? answer.GetRawText()
                : string.Create(CultureInfo.InvariantCulture, $"the source has {answer.GetProperty("posts").GetInt64():N0} posts, made in {answer.GetProperty("seconds").GetDouble():0.00} s"));
        });
        return command;
    }
}
