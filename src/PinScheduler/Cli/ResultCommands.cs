using System.CommandLine;

namespace PinScheduler.Cli;

internal static class ResultCommands
{
    public static Command Results(Option<Uri> server, Option<bool> json)
    {
        var analysis = new Argument<string?>("ANALYSIS") { Description = "An analysis's name; without it, all are printed", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { Description = "table, csv or json", DefaultValueFactory = static _ => "table" }.AcceptOnlyFromAmong("table", "csv", "json");
        var run = new Option<string?>("--run") { Description = "The run whose results are wanted; default the last that succeeded" };
        var command = new Command("results", "Prints results") { analysis, format, run };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new SchedulerClient(parsed.GetValue(server)!);
            var chosen = parsed.GetValue(json) ? "json" : parsed.GetValue(format)!;
            if (parsed.GetValue(analysis) is not { } name)
            {
                if (chosen == "json")
                {
                    Output.Line(await client.GetTextAsync("/api/results", cancellationToken));
                    return;
                }

                await PrintAllAsync(client, parsed.GetValue(run), cancellationToken);
            }
            else if (chosen == "table")
            {
                await PrintAsync(client, name, parsed.GetValue(run), more: null, cancellationToken);
            }
            else
            {
                Console.Write(await client.GetTextAsync(Path(name, parsed.GetValue(run)) + $"format={chosen}", cancellationToken));
            }
        });
        return command;
    }

    /// <summary>The tables of every analysis that a run has made; without a run, of the last ones.</summary>
    public static async Task PrintAllAsync(SchedulerClient client, string? run, CancellationToken cancellationToken)
    {
        foreach (var analysis in (await client.GetAsync("/api/results", cancellationToken)).EnumerateArray())
        {
            var name = analysis.Text("analysis");
            await PrintAsync(client, name, run, $"pinscheduler results {name}", cancellationToken);
        }
    }

    private static async Task PrintAsync(SchedulerClient client, string analysis, string? run, string? more, CancellationToken cancellationToken)
    {
        var result = await client.GetAsync(Path(analysis, run), cancellationToken);
        Output.Table(
            analysis,
            more,
            [.. result.GetProperty("columns").EnumerateArray().Select(column => column.ToString())],
            [.. result.GetProperty("rows").EnumerateArray().Select(static row => row.EnumerateArray().ToArray())]);
    }

    private static string Path(string analysis, string? run) =>
        $"/api/results/{Uri.EscapeDataString(analysis)}?" + (run is null ? "" : $"run={Uri.EscapeDataString(run)}&");
}
