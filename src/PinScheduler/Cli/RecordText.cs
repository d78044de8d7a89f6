using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>A record: on a terminal its fields one below the other, piped a line with tabs between partition, offset, time, key, headers and value.</summary>
internal static class RecordText
{
    public static void Print(JsonElement record)
    {
        var (key, value) = (record.GetProperty("key"), record.GetProperty("value"));
        var headers = string.Join(", ", record.GetProperty("headers").EnumerateArray().Select(header => $"{header.Text("name")}={Shown(header.GetProperty("value"))}"));
        if (!Output.IsTerminal)
        {
            Output.Line(string.Join('\t', record.Text("partition"), record.Text("offset"), record.Text("time"), Shown(key), headers, Shown(value)));
            return;
        }

        Output.Line($"partition {record.Text("partition")}  offset {record.Text("offset")}  {record.Text("time")}  key {Shown(key)}{(headers.Length > 0 ? $"  headers {headers}" : "")}", "bold");
        if (value.Text("format") == "json" && value.GetProperty("data").ValueKind == JsonValueKind.Object)
        {
            PrintFields(value.GetProperty("data"));
        }
        else
        {
            Output.Line("  " + Shown(value));
        }
    }

    public static void PrintFields(JsonElement fields)
    {
        if (!Output.IsTerminal)
        {
            Output.Line(fields.GetRawText());
            return;
        }

        var width = fields.EnumerateObject().Select(field => field.Name.Length).DefaultIfEmpty().Max();
        foreach (var field in fields.EnumerateObject())
        {
            Output.Line($"  {field.Name.PadRight(width)}  {(field.Value.ValueKind == JsonValueKind.String ? Printable(field.Value.GetString()!) : field.Value.GetRawText())}");
        }

        Output.Line("");
    }

    public static string Shown(JsonElement bytes) => bytes.Text("format") switch
    {
        "json" => Compact(bytes.GetProperty("data")),
        "text" => Printable(bytes.Text("data")),
        "base64" => $"base64:{bytes.Text("data")}",
        _ => "–",
    };

    // what others wrote must not move the cursor or make a second line
    public static string Printable(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    private static string Compact(JsonElement json) => Printable(json.GetRawText());
}
