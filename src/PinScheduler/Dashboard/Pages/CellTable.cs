using System.Globalization;
using System.Text.Json;
using PinScheduler.Dashboard.Drawing;

namespace PinScheduler.Dashboard.Pages;

/// <summary>A table of a result's cells: numbers to the right with their thousands apart, NULL as such.</summary>
internal static class CellTable
{
    /// <param name="columns">Their names.</param>
    /// <param name="rows">Their cells.</param>
    /// <param name="head">What stands in a column's head, by its name and whether it holds numbers.</param>
    /// <param name="follow">The address that a figure leads to, by its row and column; null where it leads nowhere.</param>
    public static PageHtml Of(IReadOnlyList<string> columns, IEnumerable<JsonElement[]> rows, Func<string, bool, PageHtml> head, Func<JsonElement[], int, string?>? follow = null)
    {
        var shown = rows.ToList();
        var counts = columns.Select((name, column) => !Figures.IsYear(name) && shown.Any(row => row[column].ValueKind == JsonValueKind.Number)).ToArray();
        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover ps-result\"><thead><tr>");
        foreach (var (column, name) in columns.Index())
        {
            html.Add($"<th{(counts[column] ? new PageHtml().Add($" class=\"ps-number\"") : new PageHtml())}>").Add(head(name, counts[column])).Add($"</th>");
        }

        html.Add($"</tr></thead><tbody>");
        foreach (var row in shown)
        {
            html.Add($"<tr>");
            foreach (var (column, cell) in row.Index())
            {
                html.Add(counts[column] ? Figure(Text(cell, thousands: true), follow?.Invoke(row, column)) : cell.ValueKind == JsonValueKind.Null ? new PageHtml().Add($"<td><i class=\"ps-null\">NULL</i></td>") : new PageHtml().Add($"<td>{Text(cell, thousands: false)}</td>"));
            }

            html.Add($"</tr>");
        }

        return html.Add($"</tbody></table></div>");
    }

    private static PageHtml Figure(string text, string? url) => url is null ? new PageHtml().Add($"<td class=\"ps-number\">{text}</td>") : new PageHtml().Add($"<td class=\"ps-number\"><a href=\"{url}\">{text}</a></td>");

    public static string Text(JsonElement cell, bool thousands) => cell.ValueKind switch
    {
        JsonValueKind.Null => "NULL",
        JsonValueKind.Number when thousands && cell.TryGetDecimal(out var number) => number.ToString(number == decimal.Truncate(number) ? "N0" : "#,0.############", CultureInfo.InvariantCulture),
        JsonValueKind.String => cell.GetString()!,
        _ => cell.GetRawText(),
    };
}
