using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>`results ANALYSIS --diff` and `--trend`.</summary>
internal static class ResultComparison
{
    public static async Task DiffAsync(SchedulerClient client, string analysis, string? runs, string format, CancellationToken cancellationToken)
    {
        var (from, to) = runs?.Split("..", 2) switch
        {
            null => ("", ""),
            [var first, var last] => (first, last),
            [var first, ..] => (first, ""),
            _ => ("", ""),
        };
        var path = $"/api/results/{Uri.EscapeDataString(analysis)}/diff?" + Parameter("from", from) + Parameter("to", to);
        if (format != "table")
        {
            Console.Write(await client.GetTextAsync(path + $"format={format}", cancellationToken));
            return;
        }

        var diff = await client.GetAsync(path, cancellationToken);
        var columns = Texts(diff, "columns");
        var key = Texts(diff, "key").Select(name => columns.IndexOf(name)).ToList();
        var others = Enumerable.Range(0, columns.Count).Except(key).ToList();
        Output.Table(
            $"{analysis}: run {diff.Text("from")} to run {diff.Text("to")}, {diff.GetProperty("unchanged")} rows unchanged{(diff.GetProperty("sqlChanged").GetBoolean() ? ", by changed SQL" : "")}",
            more: null,
            ["change", .. key.Select(column => columns[column]), .. others.SelectMany(column => new[] { columns[column] + " from", "to" })],
            [
                .. diff.GetProperty("added").EnumerateArray().Select(row => Row("added", null, row)),
                .. diff.GetProperty("removed").EnumerateArray().Select(row => Row("removed", row, null)),
                .. diff.GetProperty("changed").EnumerateArray().Select(pair => Row("changed", pair.GetProperty("from"), pair.GetProperty("to"))),
            ]);

        JsonElement[] Row(string change, JsonElement? before, JsonElement? after) =>
            [Text(change), .. key.Select(column => (after ?? before)!.Value[column]), .. others.SelectMany(column => new[] { Cell(before, column), Cell(after, column) })];
    }

    public static async Task TrendAsync(SchedulerClient client, string analysis, string? column, IReadOnlyList<string> key, string format, CancellationToken cancellationToken)
    {
        var path = $"/api/results/{Uri.EscapeDataString(analysis)}/trend?" + Parameter("column", column ?? "")
            + string.Concat(key.Select(static pair => pair.Split('=', 2)).Select(static pair => $"key.{Uri.EscapeDataString(pair[0])}={Uri.EscapeDataString(pair[1])}&"));
        if (format != "table")
        {
            Console.Write(await client.GetTextAsync(path + $"format={format}", cancellationToken));
            return;
        }

        var trend = await client.GetAsync(path, cancellationToken);
        Output.Table(
            key.Count == 0 ? analysis : $"{analysis}: {string.Join(", ", key)}",
            more: null,
            ["run", "date", column ?? "rows"],
            [.. trend.GetProperty("points").EnumerateArray().Select(static point => new[] { point.GetProperty("run"), point.GetProperty("logicalDate"), point.GetProperty("value") })]);
    }

    private static string Parameter(string name, string value) => value.Length == 0 ? "" : $"{name}={Uri.EscapeDataString(value)}&";

    private static List<string> Texts(JsonElement of, string property) => [.. of.GetProperty(property).EnumerateArray().Select(static text => text.ToString())];

    private static JsonElement Cell(JsonElement? row, int column) => row is { } cells ? cells[column] : JsonSerializer.SerializeToElement<string?>(null);

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text);
}
