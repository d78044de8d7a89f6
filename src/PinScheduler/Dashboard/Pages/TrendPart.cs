using System.Text.Json;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Results.Trends;

namespace PinScheduler.Dashboard.Pages;

/// <summary>A figure of a result over the runs: that which was clicked, else the number of rows.</summary>
internal static class TrendPart
{
    private const string KeyPrefix = "key.";
    private const int Runs = 60;

    public static async Task<PageHtml> RenderAsync(PageRequest request, string own, string analysis, IReadOnlyList<string> columns, Trend counts)
    {
        var column = request.Query("column") is { } named && columns.Contains(named) ? named : null;
        var key = request.Http.Request.Query.Where(pair => pair.Key.StartsWith(KeyPrefix, StringComparison.Ordinal) && columns.Contains(pair.Key[KeyPrefix.Length..])).ToDictionary(static pair => pair.Key[KeyPrefix.Length..], static pair => pair.Value.ToString(), StringComparer.Ordinal);
        var trend = column is null ? counts : await request.Get<TrendReader>().ReadAsync(analysis, column, key, Runs, request.Aborted);
        var points = trend.Points.Where(static point => point.Value is { ValueKind: JsonValueKind.Number }).Select(static point => new ChartPoint($"#{point.Run}", "", point.Value!.Value.GetDouble())).ToList();
        var what = column is null ? "Number of rows" : $"{column} of {string.Join(", ", key.Select(static pair => $"{pair.Key} {(pair.Value.Length == 0 ? "NULL" : pair.Value)}"))}";
        var html = new PageHtml().Add($"<details id=\"trend\"{(column is null ? "" : " open")}><summary><h2>{what} over the runs</h2></summary>");
        html.Add(points.Count < 2 ? new PageHtml().Add($"<p class=\"ps-note\">Known after a second run.</p>") : SeriesChart.Of(points, [.. points.Select(static point => point.X)], [""], 1, new Figures(what, column is not null && Figures.IsYear(column)), isLine: true, large: true));
        return html.Add($"<p class=\"ps-note\">{(column is null ? new PageHtml().Add($"Click a figure in the rows to follow it instead.") : new PageHtml().Add($"<a href=\"{own}\">The number of rows instead</a>"))}</p></details>");
    }
}
