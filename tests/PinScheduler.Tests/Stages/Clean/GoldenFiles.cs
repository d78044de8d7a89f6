using System.Text.Json;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages.Clean;

/// <summary>The golden inputs as a drain lands them, and the rows that they must give.</summary>
internal static class GoldenFiles
{
    public static readonly Dictionary<string, string[]> Columns = new()
    {
        ["pin"] = ["ind", "unique_id", "title", "description", "follower_count", "poster_name", "tag_list", "is_image_or_video", "image_src", "save_location", "category"],
        ["geo"] = ["ind", "country", "coordinates", "timestamp"],
        ["user"] = ["ind", "user_name", "age", "date_joined"],
    };

    /// <summary>Without what a drain keeps as dead letters.</summary>
    public static List<string> Records(string set, DataSet dataSet) => [.. Read(set, dataSet.Key + ".jsonl").Where(IsObject)];

    public static List<string> Rows(string set, DataSet dataSet) =>
    [
        .. Read(set, $"expected/{dataSet.CleanTable}.jsonl")
            .Select(line => Canonical(dataSet, Columns[dataSet.Key].Select(JsonDocument.Parse(line).RootElement.GetProperty)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The records that the cleaning rejects.</summary>
    public static List<string> Rejected(string set, DataSet dataSet) =>
    [
        .. Read(set, "expected/rejected.jsonl")
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(reject => reject.GetProperty("kind").GetString() == dataSet.Key)
            .Select(reject => reject.GetProperty("record").GetString()!)
            .Where(IsObject)
            .Order(StringComparer.Ordinal),
    ];

    public static string Canonical(DataSet dataSet, IEnumerable<JsonElement> values) => JsonSerializer.Serialize(values.Zip(Columns[dataSet.Key], (value, column) => column == "coordinates" && value.ValueKind != JsonValueKind.Null
        ? (value.ValueKind == JsonValueKind.String ? JsonDocument.Parse(value.GetString()!).RootElement : value).EnumerateArray().Select(number => number.GetDouble()).ToArray()
        : value.ValueKind == JsonValueKind.Number ? value.GetInt32() : (object?)value.GetString()));

    private static IEnumerable<string> Read(string set, string file) =>
        File.ReadAllText(Path.Combine(MariaDb.Root, "tests", "PinScheduler.Tests", "EndToEnd", "golden", set, file)).Split('\n').Where(line => line.Length > 0);

    private static bool IsObject(string line)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 64 });
            return parsed.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
