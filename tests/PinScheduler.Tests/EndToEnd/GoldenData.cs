using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PinScheduler.Tests.EndToEnd;

/// <summary>Inputs with the results that they must give, made by an implementation that shares no code with this project.</summary>
internal sealed class GoldenData(string name)
{
    private static readonly Dictionary<string, string[]> CleanColumns = new()
    {
        ["pin"] = ["ind", "unique_id", "title", "description", "follower_count", "poster_name", "tag_list", "is_image_or_video", "image_src", "save_location", "category"],
        ["geo"] = ["ind", "country", "coordinates", "timestamp"],
        ["user"] = ["ind", "user_name", "age", "date_joined"],
    };

    private readonly string _folder = Path.Combine(MariaDb.Root, "tests", "PinScheduler.Tests", "EndToEnd", "golden", name);

    public static IEnumerable<string> Kinds => CleanColumns.Keys;

    public IEnumerable<string> Analyses => Directory.EnumerateFiles(Path.Combine(_folder, "expected"), "*.csv").Select(file => Path.GetFileNameWithoutExtension(file));

    /// <summary>The values that went into Kafka, one a line, not all of them JSON.</summary>
    public string[] Lines(string kind) => [.. File.ReadAllText(Path.Combine(_folder, kind + ".jsonl")).Split('\n').Where(line => line.Length > 0)];

    public int Rejected => File.ReadLines(Path.Combine(_folder, "expected", "rejected.jsonl")).Count();

    /// <summary>Sends records through the HTTP API, some in the JSON and some in the binary format, in an order of the seed's.</summary>
    public static async Task SendAsync(HttpClient http, string kind, IEnumerable<string> lines, int seed)
    {
        var random = new Random(seed);
        foreach (var format in lines.Select(line => (line, json: IsJson(line) && random.NextDouble() < 0.7)).GroupBy(item => item.json, item => item.line))
        {
            foreach (var batch in format.Chunk(500))
            {
                var records = batch.Select(line => format.Key
                    ? $$"""{"key":{{JsonSerializer.Serialize(KeyOf(line))}},"value":{{line}}}"""
                    : $$"""{"key":{{JsonSerializer.Serialize(KeyOf(line) is { } key ? Base64(key) : null)}},"value":"{{Base64(line)}}"}""");
                using var content = new StringContent($$"""{"records":[{{string.Join(',', records)}}]}""");
                content.Headers.ContentType = new MediaTypeHeaderValue(format.Key ? "application/vnd.kafka.json.v2+json" : "application/vnd.kafka.binary.v2+json");
                using var answer = await http.PostAsync($"/topics/pinterest.{kind}", content);
                var text = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.IsSuccessStatusCode, text);
                var offsets = JsonDocument.Parse(text).RootElement.GetProperty("offsets").EnumerateArray().ToList();
                Assert.Equal(batch.Length, offsets.Count);
                Assert.All(offsets, offset => Assert.Equal(JsonValueKind.Null, offset.GetProperty("error_code").ValueKind));
            }
        }
    }

    public async Task AssertAsync(SchedulerProcess scheduler)
    {
        foreach (var analysis in Analyses)
        {
            var csv = await scheduler.Http.GetStringAsync($"/api/results/{analysis}?format=csv");
            Assert.Equal(Rows(await File.ReadAllTextAsync(Path.Combine(_folder, "expected", analysis + ".csv"))), Rows(csv));
        }

        foreach (var (kind, columns) in CleanColumns)
        {
            var selected = columns.Select(column => column is "timestamp" or "date_joined" or "coordinates" ? $"cast(`{column}` as char)" : $"`{column}`");
            var rows = await scheduler.QueryAsync($"select json_array({string.Join(", ", selected)}) from clean_{kind}");
            Assert.Equal(
                File.ReadLines(Path.Combine(_folder, "expected", $"clean_{kind}.jsonl")).Select(line => Canonical(columns.Select(JsonDocument.Parse(line).RootElement.GetProperty), columns)).Order(StringComparer.Ordinal),
                rows.Select(row => Canonical(JsonDocument.Parse(row).RootElement.EnumerateArray(), columns)).Order(StringComparer.Ordinal));
        }
    }

    private static string Canonical(IEnumerable<JsonElement> values, string[] columns) => string.Join('|', values.Zip(columns, (value, column) => column switch
    {
        _ when value.ValueKind == JsonValueKind.Null => "∅",
        "coordinates" => string.Join(' ', (value.ValueKind == JsonValueKind.String ? JsonDocument.Parse(value.GetString()!).RootElement : value).EnumerateArray().Select(number => number.GetDouble().ToString("R"))),
        _ => value.ToString(),
    }));

    private static List<string> Rows(string csv)
    {
        var lines = csv.TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [lines[0], .. lines[1..].Select(line => string.Join(',', line.Split(',').Select(field => decimal.TryParse(field, out var number) ? number.ToString("0.######") : field))).Order(StringComparer.Ordinal)];
    }

    private static bool IsJson(string line)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 64 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? KeyOf(string line) => Regex.Match(line, "\"(?:index|ind)\": *\"?(-?\\d+)") is { Success: true } match ? match.Groups[1].Value : null;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
