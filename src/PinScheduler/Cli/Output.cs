using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace PinScheduler.Cli;

/// <summary>What commands print: tables and colours on a terminal, plain tab-separated lines when piped or where NO_COLOR asks for them.</summary>
internal static class Output
{
    // a table longer than a screen pushes the others out of sight; its whole is one command away
    private const int RowsOnTerminal = 15;

    /// <summary>False where plain lines are wanted: piped, NO_COLOR, or a terminal that knows no control sequences.</summary>
    public static bool IsTerminal { get; } = !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public static void Line(string text, string? colour = null)
    {
        if (IsTerminal && colour is not null)
        {
            AnsiConsole.Write(new OverLive(new Markup($"[{colour}]{Markup.Escape(Harmless(text))}[/]\n")));
        }
        else
        {
            Console.WriteLine(IsTerminal ? Harmless(text) : text);
        }
    }

    /// <summary>Without what would steer a terminal: texts of errors and records come from anywhere.</summary>
    public static string Harmless(string text) => string.Concat(text.Select(static letter => char.IsControl(letter) && letter is not ('\n' or '\t') ? ' ' : letter));

    /// <param name="title">Stands above the table.</param>
    /// <param name="more">The command that shows all rows, where a terminal is to see only the first; null shows all.</param>
    /// <param name="columns">Their names, the most telling first.</param>
    /// <param name="rows">A value a column.</param>
    /// <param name="keep">So many columns stay where a terminal is too narrow for all; null: all stay, and their cells are broken.</param>
    public static void Table(string title, string? more, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<JsonElement>> rows, int? keep = null)
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

        foreach (var line in TerminalTable.Of(title, columns, [.. rows.Take(more is null ? int.MaxValue : RowsOnTerminal)], AnsiConsole.Profile.Width, keep))
        {
            AnsiConsole.Write(line);
        }

        if (more is not null && rows.Count > RowsOnTerminal)
        {
            AnsiConsole.MarkupLine($"[grey]… {(rows.Count - RowsOnTerminal).ToString("N0", CultureInfo.InvariantCulture)} more rows: {Markup.Escape(more)}[/]");
        }

        AnsiConsole.WriteLine();
    }

    /// <summary>The colour in which a run's, a task's or a row's state is shown.</summary>
    public static string Colour(string state) => state switch
    {
        "succeeded" or "added" => "green",
        "failed" or "removed" => "red",
        "upstream_failed" or "cancelled" or "retrying" or "changed" => "yellow",
        "running" => "blue",
        "skipped" or "waiting" or "queued" => "grey",
        _ => "default",
    };

    private static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "" : value.ToString();
}
