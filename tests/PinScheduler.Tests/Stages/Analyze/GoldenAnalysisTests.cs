using System.Globalization;
using System.Text.Json;

namespace PinScheduler.Tests.Stages.Analyze;

public sealed class GoldenAnalysisTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("dirty")]
    public async Task Analyses_GiveTheGoldenResults_WhenTheCleanTablesAreGolden(string set)
    {
        await using var database = await AnalysisDatabase.CreateAsync("golden_analyses");
        var expected = Path.Combine(MariaDb.Root, "tests/PinScheduler.Tests/EndToEnd/golden", set, "expected");
        await database.FillAsync(
            [.. Read(expected, "clean_pin").Select(row => new PinRow(Number(row, "ind")!.Value, Number(row, "follower_count"), Text(row, "poster_name"), Text(row, "category")))],
            [.. Read(expected, "clean_geo").Select(row => new GeoRow(Number(row, "ind")!.Value, Text(row, "country"), Instant(row, "timestamp")))],
            [.. Read(expected, "clean_user").Select(row => new UserRow(Number(row, "ind")!.Value, Number(row, "age"), Instant(row, "date_joined")))]);

        Assert.Equal(11, AnalysisDatabase.Tasks.Analyses.Count);
        foreach (var task in AnalysisDatabase.Tasks.Analyses)
        {
            var file = task.File;
            var result = await database.RunAsync(task);

            var lines = (await File.ReadAllTextAsync(Path.Combine(expected, file.Name + ".csv"))).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r')).ToList();
            Assert.Equal(lines[0], string.Join(',', file.Columns));
            Assert.Equal(lines.Count - 1, result.Counts["rows"]);
            Assert.Equal(lines.Skip(1).Order(StringComparer.Ordinal), (await database.RowsAsync(file.Name)).Select(AsCsv).Order(StringComparer.Ordinal));
        }
    }

    // what the golden files hold needs quotes nowhere but here
    private static string AsCsv(string row) => string.Join(',', row.Split('|').Select(cell => cell == "∅" ? "" : cell.Contains(',') || cell.Contains('"') ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell));

    private static IEnumerable<JsonElement> Read(string folder, string table) => File.ReadLines(Path.Combine(folder, table + ".jsonl")).Select(line => JsonDocument.Parse(line).RootElement);

    private static int? Number(JsonElement row, string column) => row.GetProperty(column) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;

    private static string? Text(JsonElement row, string column) => row.GetProperty(column).GetString();

    private static DateTime? Instant(JsonElement row, string column) =>
        Text(row, column) is { } text ? DateTime.ParseExact(text, "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) : null;
}
