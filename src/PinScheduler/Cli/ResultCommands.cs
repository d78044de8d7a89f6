using System.CommandLine;

namespace PinScheduler.Cli;

internal static class ResultCommands
{
    public static Command Results(ServerOptions server, Option<bool> json)
    {
        var analysis = new Argument<string?>("ANALYSIS") { Description = "An analysis's name; without it, all are printed", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { Description = "table, csv or json", DefaultValueFactory = static _ => "table" }.AcceptOnlyFromAmong("table", "csv", "json");
        var run = new Option<string?>("--run") { Description = "The run whose results are wanted; default the last that succeeded" };
        var diff = new Option<string?>("--diff") { Description = "FROM..TO: what is different between two runs' results; default the last and the one before it", Arity = ArgumentArity.ZeroOrOne };
        var trend = new Option<string?>("--trend") { Description = "A column's value over the runs, in the row that --key names; without a column the number of rows", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string[]>("--key") { Description = "With --trend: COLUMN=VALUE of the row; may be repeated" };
        var plan = new Option<bool>("--plan") { Description = "How the server ran the analysis, in a run with the parameter explain" };
        var command = new Command("results", "Prints results, what is different between two of them, or a figure over the runs") { analysis, format, run, diff, trend, key, plan };
        command.Validators.Add(result =>
        {
            var chosen = new Option[] { diff, trend, plan }.Where(option => result.GetResult(option) is { Implicit: false }).ToList();
            if (chosen.Count > 1 || (chosen.Count == 1 && result.GetResult(analysis) is not { Tokens.Count: 1 }))
            {
                result.AddError("--diff, --trend and --plan stand alone, after an analysis's name.");
            }
            else if (result.GetValue(key)?.FirstOrDefault(static pair => !pair.Contains('=')) is { } wrong)
            {
                result.AddError($"--key '{wrong}' is not COLUMN=VALUE.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var chosen = parsed.GetValue(json) ? "json" : parsed.GetValue(format)!;
            if (parsed.GetValue(analysis) is not { } name)
            {
                await PrintEveryAsync(client, chosen, parsed.GetValue(run), cancellationToken);
            }
            else if (parsed.GetResult(diff) is { Implicit: false })
            {
                await ResultComparison.DiffAsync(client, name, parsed.GetValue(diff), chosen, cancellationToken);
            }
            else if (parsed.GetResult(trend) is { Implicit: false })
            {
                await ResultComparison.TrendAsync(client, name, parsed.GetValue(trend), parsed.GetValue(key) ?? [], chosen, cancellationToken);
            }
            else if (parsed.GetValue(plan))
            {
                Output.Line(await client.GetTextAsync(Path(name, parsed.GetValue(run), "/plan"), cancellationToken));
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
            await PrintAsync(client, name, run, $"pinscheduler results {name}{(run is null ? "" : " --run " + run)}{client.Named}", cancellationToken);
        }
    }

    private static async Task PrintEveryAsync(SchedulerClient client, string format, string? run, CancellationToken cancellationToken)
    {
        if (format == "json")
        {
            Output.Line(await client.GetTextAsync("/api/results", cancellationToken));
            return;
        }

        await PrintAllAsync(client, run, cancellationToken);
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

    private static string Path(string analysis, string? run, string what = "") =>
        $"/api/results/{Uri.EscapeDataString(analysis)}{what}?" + (run is null ? "" : $"run={Uri.EscapeDataString(run)}&");
}
