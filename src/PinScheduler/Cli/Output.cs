using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace PinScheduler.Cli;

/// <summary>What commands print: tables and colours on a terminal, plain tab-separated lines when piped.</summary>
internal static class Output
{
    // a table longer than a screen pushes the others out of sight; its whole is one command away
    private const int RowsOnTerminal = 15;

    public static bool IsTerminal { get; } = !Console.IsOutputRedirected;

    public static void Line(string text, string? colour = null)
    {
        if (IsTerminal && colour is not null)
        {
            AnsiConsole.MarkupLine($"[{colour}]{Markup.Escape(text)}[/]");
        }
        else
        {
            Console.WriteLine(text);
        }
    }

    public static void Table(string title, string? more, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<JsonElement>> rows)
    {
        if (!IsTerminal)
        {
            Console.WriteLine(title);
            Console.WriteLine(string.Join('\t', columns));
            foreach (var row in rows)
            {
                Console.WriteLine(string.Join('\t', row.Select(Plain)));
            }

            Console.WriteLine();
            return;
        }

        var table = new Table { Title = new TableTitle(Markup.Escape(title), new Style(decoration: Decoration.Bold)), Border = TableBorder.Rounded };
        for (var column = 0; column < columns.Count; column++)
        {
            var numbers = rows.Any(row => row[column].ValueKind == JsonValueKind.Number);
            table.AddColumn(new TableColumn(Markup.Escape(columns[column])) { Alignment = numbers ? Justify.Right : Justify.Left });
        }

        foreach (var row in rows.Take(more is null ? int.MaxValue : RowsOnTerminal))
        {
            table.AddRow(row.Select((value, column) => Markup.Escape(Human(value, columns[column]))).ToArray());
        }

        AnsiConsole.Write(table);
        if (more is not null && rows.Count > RowsOnTerminal)
        {
            AnsiConsole.MarkupLine($"[grey]… {rows.Count - RowsOnTerminal} more rows: {Markup.Escape(more)}[/]");
        }

        AnsiConsole.WriteLine();
    }

    private static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "" : value.ToString();

    // a year is a name, not a quantity
    private static string Human(JsonElement value, string column) => value.ValueKind switch
    {
        JsonValueKind.Null => "–",
        JsonValueKind.Number when !column.EndsWith("year", StringComparison.Ordinal) && value.TryGetDecimal(out var number) =>
            number.ToString("#,##0.######", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
