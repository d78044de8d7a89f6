using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PinScheduler.Cli;

/// <summary>A table as a terminal shows it: as wide as it needs; narrower, without its frame; narrower still, without its last columns.</summary>
internal static class TerminalTable
{
    private const int Kilo = 1000;

    /// <summary>The table, and under it which columns had no room.</summary>
    /// <param name="title">Stands above it.</param>
    /// <param name="columns">Their names, the most telling first.</param>
    /// <param name="rows">A value a column.</param>
    /// <param name="width">Of the terminal, in characters.</param>
    /// <param name="keep">So many columns are never left out; null: none is, and what has no room is broken into lines.</param>
    public static IEnumerable<IRenderable> Of(string title, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<JsonElement>> rows, int width, int? keep)
    {
        var cells = rows.Select(row => row.Select((value, column) => Human(value, columns[column])).ToArray()).ToList();
        var widths = columns.Select((name, column) => cells.Select(row => row[column].Length).Append(name.Length).Max()).ToList();
        // a frame takes a line and two spaces a column and a last line; without it, a space stands before all and two after each column
        var framed = widths.Sum() + (3 * columns.Count) + 1 <= width;
        var shown = columns.Count;
        while (!framed && keep is { } least && shown > least && widths.Take(shown).Sum() + (2 * shown) + 1 > width)
        {
            shown--;
        }

        var table = new Table { Title = new TableTitle(Markup.Escape(title), new Style(decoration: Decoration.Bold)), Border = framed ? TableBorder.Rounded : TableBorder.Simple };
        for (var column = 0; column < shown; column++)
        {
            var numbers = rows.Any(row => row[column].ValueKind == JsonValueKind.Number);
            var made = new TableColumn($"[bold]{Markup.Escape(columns[column])}[/]") { Alignment = numbers ? Justify.Right : Justify.Left };
            table.AddColumn(framed ? made : made.Padding(0, 0, 1, 0));
        }

        foreach (var row in cells)
        {
            table.AddRow(row.Take(shown).Select((text, column) => Coloured(text, columns[column])).ToArray());
        }

        yield return table;
        if (shown < columns.Count)
        {
            yield return new Markup($"[grey]no room for: {Markup.Escape(string.Join(", ", columns.Skip(shown)))}[/]\n");
        }
    }

    private static string Coloured(string text, string column) =>
        column is "state" or "change" ? $"[{Output.Colour(text)}]{Markup.Escape(text)}[/]" : Markup.Escape(text);

    // a year is a name, not a quantity
    private static string Human(JsonElement value, string column) => value.ValueKind switch
    {
        JsonValueKind.Null => "–",
        JsonValueKind.Number when column.EndsWith("ytes", StringComparison.Ordinal) && value.TryGetDecimal(out var bytes) => Bytes(bytes),
        JsonValueKind.Number when !column.EndsWith("year", StringComparison.Ordinal) && value.TryGetDecimal(out var number) =>
            number.ToString("#,##0.######", CultureInfo.InvariantCulture),
        JsonValueKind.String when column.EndsWith("At", StringComparison.Ordinal) && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var time) =>
            time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => RecordText.Printable(string.Join(", ", value.EnumerateArray())),
        _ => RecordText.Printable(value.ToString()),
    };

    private static string Bytes(decimal bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var unit = 0;
        while (Math.Abs(bytes) >= Kilo && unit < units.Length - 1)
        {
            (bytes, unit) = (bytes / Kilo, unit + 1);
        }

        return bytes.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
