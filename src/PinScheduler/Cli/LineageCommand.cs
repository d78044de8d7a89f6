using System.CommandLine;
using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>`lineage`: from a run or a result to files and offsets, and from an offset to its file and line.</summary>
internal static class LineageCommand
{
    private static readonly string[] Columns = ["topic", "life", "partition", "firstOffset", "lastOffset", "records", "deadLetters", "accepted", "duplicates", "rejected", "landedByRun", "path"];

    // without the path, which says topic, partition and first offset again; the most telling first
    private static readonly string[] OnTerminal = ["topic", "partition", "firstOffset", "lastOffset", "records", "accepted", "duplicates", "rejected", "deadLetters", "landedByRun", "life"];

    public static Command Create(ServerOptions server, Option<bool> json)
    {
        var what = new Argument<string>("WHAT") { Description = "A run's id, an analysis's name, or a topic" };
        var place = new Argument<long[]>("PARTITION OFFSET") { Description = "With a topic: the offset whose file and line are wanted", Arity = new ArgumentArity(0, 2) };
        var all = new Option<bool>("--all") { Description = "Also the files of earlier runs, which results rest on as well" };
        var life = new Option<int?>("--life") { Description = "With a topic that was deleted and created again: which one, from 1; default the last" };
        var command = new Command("lineage", "Shows the files and offsets behind a run or a result, or the file and line of an offset") { what, place, all, life };
        command.Validators.Add(result =>
        {
            if (result.GetValue(place) is { Length: 1 })
            {
                result.AddError("After a topic stand a partition and an offset: lineage TOPIC PARTITION OFFSET.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var name = Uri.EscapeDataString(parsed.GetValue(what)!);
            var chosen = parsed.GetValue(place) is { Length: 2 } two
                ? $"/api/topics/{name}/partitions/{two[0]}/offsets/{two[1]}" + (parsed.GetValue(life) is { } one ? $"?life={one}" : "")
                : await FilesPathAsync(client, name, parsed.GetValue(all), cancellationToken);
            var answer = await client.GetAsync(chosen, cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(answer.GetRawText());
            }
            else if (answer.ValueKind == JsonValueKind.Array)
            {
                PrintFiles(parsed.GetValue(what)!, answer);
            }
            else
            {
                PrintOffset(answer);
            }
        });
        return command;
    }

    private static async Task<string> FilesPathAsync(SchedulerClient client, string name, bool all, CancellationToken cancellationToken)
    {
        if (name.All(char.IsAsciiDigit))
        {
            return $"/api/runs/{name}/lineage?all={(all ? "true" : "false")}";
        }

        // of the run whose result is shown
        var run = (await client.GetAsync($"/api/results/{name}", cancellationToken)).Text("run");
        return $"/api/runs/{run}/lineage?analysis={name}&all={(all ? "true" : "false")}";
    }

    private static void PrintFiles(string what, JsonElement files)
    {
        if (files.GetArrayLength() == 0)
        {
            Console.Error.WriteLine($"No landing file is behind '{what}': it landed and cleaned none (--all shows those of earlier runs).");
            return;
        }

        var columns = Output.IsTerminal ? OnTerminal : Columns;
        Output.Table($"files behind {what}", null, columns, [.. files.EnumerateArray().Select(file => columns.Select(file.GetProperty).ToArray())], keep: 5);
    }

    private static void PrintOffset(JsonElement found)
    {
        Output.Line($"{found.Text("topic")} partition {found.Text("partition")} offset {found.Text("offset")}", "bold");
        Output.Line(found.Text("says"), found.Text("state") switch { "line" => "green", "deadLetter" or "gap" => "yellow", _ => null });
        if (found.GetProperty("file") is { ValueKind: JsonValueKind.Object } file)
        {
            Output.Line($"file of offsets {file.Text("firstOffset")} to {file.Text("lastOffset")}: {Run("landed by", file.Text("landedByRun"))}, {Run("cleaned by", file.Text("cleanedByRun"))}");
        }

        if (found.GetProperty("record") is { ValueKind: JsonValueKind.Object } record)
        {
            Output.Line(RecordText.Shown(record));
        }
    }

    private static string Run(string verb, string run) => run.Length == 0 ? $"{verb} no run yet" : $"{verb} run {run}";
}
