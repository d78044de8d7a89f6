using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>`clean --explain`: what each rule did to a record of a landing file.</summary>
internal static class CleanCommand
{
    public static Command Create(ServerOptions server, Option<bool> json)
    {
        var file = new Option<string>("--explain") { Description = "FILE[:LINE], as 'lineage' names files: this line, or the first records", Required = true, HelpName = "FILE[:LINE]" };
        var rejected = new Option<bool>("--rejected") { Description = "Only records that are rejected" };
        var count = new Option<int?>("-n") { Description = "How many records at most" };
        var command = new Command("clean", "Explains what the cleaning rules do to records; cleaning itself is a task of a run") { file, rejected, count };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var (path, line) = Split(parsed.GetValue(file)!);
            var records = await client.GetAsync(
                $"/api/clean/explain?file={Uri.EscapeDataString(path)}&rejected={(parsed.GetValue(rejected) ? "true" : "false")}"
                    + (line is { } one ? $"&line={one}" : "") + (parsed.GetValue(count) is { } most ? $"&limit={most}" : ""),
                cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(records.GetRawText());
                return;
            }

            foreach (var record in records.EnumerateArray())
            {
                Print(path, record);
            }

            if (records.GetArrayLength() == 0)
            {
                await Console.Error.WriteLineAsync(line is { } missing ? $"'{path}' has no line {missing}." : $"'{path}' holds no {(parsed.GetValue(rejected) ? "record that is rejected" : "record")}.");
            }
        });
        return command;
    }

    private static (string Path, long? Line) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? (text[..colon], line) : (text, null);
    }

    private static void Print(string path, JsonElement record)
    {
        var rejected = record.GetProperty("reason").ValueKind == JsonValueKind.String;
        Output.Line($"{path} line {record.Text("line")}: {record.Text("dataSet")}{(rejected ? ", rejected: " + record.Text("reason") : "")}", rejected ? "yellow" : "bold");
        foreach (var column in record.GetProperty("columns").EnumerateArray())
        {
            Output.Line($"  {column.Text("column"),-18} {(rejected ? "" : Shown(column.GetProperty("value")))}");
            foreach (var field in column.GetProperty("from").EnumerateArray().Where(static field => field.GetProperty("steps").GetArrayLength() > 0 || field.GetProperty("raw").ValueKind != JsonValueKind.Null))
            {
                Output.Line($"    {field.Text("key")}: {string.Join(" → ", [RecordText.Printable(field.Text("raw")), .. field.GetProperty("steps").EnumerateArray().Select(static step => $"{step.Text("what")}: {Shown(step.GetProperty("value"))}")])}");
            }
        }

        if (record.GetProperty("raw") is { ValueKind: JsonValueKind.String } raw)
        {
            Output.Line("  " + RecordText.Printable(raw.GetString()!));
        }
    }

    private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "NULL" : RecordText.Printable(value.ToString());
}
