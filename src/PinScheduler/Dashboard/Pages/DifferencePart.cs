using System.Text.Json;
using PinScheduler.Results.Comparing;

namespace PinScheduler.Dashboard.Pages;

/// <summary>What is different between two runs' results: rows that came, went and changed.</summary>
internal static class DifferencePart
{
    private const int RowsShown = 200;

    public static PageHtml Of(ComparedResults compared)
    {
        var diff = compared.Diff;
        var html = new PageHtml().Add($"<section class=\"ps-card\" id=\"difference\"><h2 class=\"ps-name\">From run #{compared.From} to run #{compared.To}</h2><p>{diff.Added.Count:N0} rows came, {diff.Removed.Count:N0} went, {diff.Changed.Count:N0} changed, {diff.Unchanged:N0} are as they were.{(compared.SqlChanged ? " The SQL is another." : "")}</p>");
        html.Add(Some("Came", compared.Columns, diff.Added)).Add(Some("Went", compared.Columns, diff.Removed));
        if (diff.Changed.Count > 0)
        {
            html.Add($"<h3>Changed</h3><div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table ps-result\"><thead><tr>");
            foreach (var column in compared.Columns)
            {
                html.Add($"<th>{column}</th>");
            }

            html.Add($"</tr></thead><tbody>");
            foreach (var (from, to) in diff.Changed.Take(RowsShown))
            {
                html.Add($"<tr>");
                foreach (var (was, now) in from.Cells.Zip(to.Cells))
                {
                    html.Add(was.GetRawText() == now.GetRawText() ? new PageHtml().Add($"<td>{Text(now)}</td>") : new PageHtml().Add($"<td>{Text(was)} → <b>{Text(now)}</b></td>"));
                }

                html.Add($"</tr>");
            }

            html.Add($"</tbody></table></div>");
        }

        return html.Add($"<p class=\"ps-note\">At most {RowsShown} of each are shown; <a href=\"/api/results/{Uri.EscapeDataString(compared.Analysis)}/diff?from={compared.From}&amp;to={compared.To}&amp;format=csv\" download>CSV</a> has all.</p></section>");
    }

    private static PageHtml Some(string what, IReadOnlyList<string> columns, IReadOnlyList<ResultRow> rows) => rows.Count == 0 ? new PageHtml()
        : new PageHtml().Add($"<h3>{what}</h3>").Add(CellTable.Of(columns, rows.Take(RowsShown).Select(static row => row.Cells), static (column, _) => new PageHtml().Add($"{column}")));

    private static string Text(JsonElement cell) => CellTable.Text(cell, thousands: true);
}
