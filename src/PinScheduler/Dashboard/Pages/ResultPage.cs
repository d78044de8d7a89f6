using System.Globalization;
using System.Text.Json;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Orchestration;
using PinScheduler.Results;
using PinScheduler.Results.Comparing;
using PinScheduler.Results.Trends;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/results/{analysis}: one result: its chart, its rows, the SQL, other runs, what is different, and a figure over the runs.</summary>
internal sealed class ResultPage(string analysis) : SchedulerPage($"Result {analysis}")
{
    // a browser is slow with more; the file has all
    private const int RowsShown = 1000;
    private const int RowsRead = 100_000;
    private const int RunsOfTrend = 100;
    private const int RunsToPick = 50;

    private string Own => Url.To(Path(analysis));

    public static string Path(string analysis) => "/results/" + Uri.EscapeDataString(analysis);

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var (lookup, trends) = (request.Get<ResultLookup>(), request.Get<TrendReader>());
        var file = request.Get<SqlTasks>().FindAnalysis(analysis);
        await using var result = await lookup.OpenAsync(analysis, request.QueryNumber("run"), request.Aborted);
        var rows = await result.RowsAsync(request.Aborted).Take(RowsRead).Select(static cells => JsonSerializer.Deserialize<JsonElement[]>(cells)!).ToListAsync(request.Aborted);
        var counts = await trends.ReadAsync(analysis, null, new Dictionary<string, string>(), RunsOfTrend, request.Aborted);
        var api = $"/api/results/{Uri.EscapeDataString(analysis)}?run={result.Run}";
        var html = new PageHtml().Add($"<h1 class=\"page-header\">{file?.Title ?? analysis} <small>{analysis}</small></h1><form class=\"ps-bar\"><label>run <select class=\"form-control input-sm\" name=\"run\">");
        foreach (var point in counts.Points.Reverse().Take(RunsToPick))
        {
            html.Add($"<option value=\"{point.Run}\"{(point.Run == Text(result.Run) ? " selected" : "")}>#{point.Run}, {point.LogicalDate}</option>");
        }

        html.Add($"</select></label> <button class=\"btn btn-sm btn-default\">Show</button> {(counts.Points.Count < 2 ? new PageHtml() : new PageHtml().Add($"<button class=\"btn btn-sm btn-default\" name=\"difference\" value=\"1\">Difference to the run before</button> "))}<a class=\"btn btn-sm btn-default\" href=\"{api}&amp;format=csv\" download>CSV</a> <a class=\"btn btn-sm btn-default\" href=\"{api}\">JSON</a></form>")
            .Add($"<p class=\"ps-note\">{result.RowCount:N0} {(result.RowCount == 1 ? "row" : "rows")} of <a href=\"{Url.To("/runs/" + result.Run)}\">run #{result.Run}</a>, <a href=\"{Url.To($"/runs/{result.Run}/tasks/{Uri.EscapeDataString(analysis)}")}\">its task</a>, <a href=\"{Url.To($"/runs/{result.Run}/lineage")}?analysis={Uri.EscapeDataString(analysis)}&amp;all=1\">the files behind it</a></p>");
        if (request.Query("difference") is not null)
        {
            html.Add(await PartAsync(async () => DifferencePart.Of(await request.Get<ResultComparer>().CompareAsync(analysis, request.QueryNumber("from"), result.Run, request.Aborted))));
        }

        html.Add(ResultChart.Of(file?.Chart, result.Columns, rows, large: true) ?? new PageHtml());
        html.Add(await PartAsync(() => TrendPart.RenderAsync(request, Own, analysis, result.Columns, counts)));
        html.Add(Rows(request, result, file, rows));
        return html.Add(file is null ? new PageHtml() : SqlPart.Of(file, sql => SqlTaskFile.HashOf(sql) == result.SqlHash ? "" : "The result was made by another version of it than this one.", open: false));
    }

    private PageHtml Rows(PageRequest request, StoredResult result, SqlTaskFile? file, List<JsonElement[]> rows)
    {
        var (sort, descending) = (request.Query("sort"), request.Query("descending") is not null);
        if (sort is not null)
        {
            var column = result.Columns.ToList().IndexOf(sort) is >= 0 and var index ? index : throw RefusedException.Invalid($"'sort' is '{sort}'; it may be {string.Join(", ", result.Columns)}.");
            var sorted = rows.OrderBy(row => row[column].ValueKind == JsonValueKind.Null).ThenBy(row => row[column].ValueKind == JsonValueKind.Number ? row[column].GetDouble() : 0).ThenBy(row => row[column].ToString(), StringComparer.OrdinalIgnoreCase);
            rows = [.. descending ? sorted.Reverse() : sorted];
        }

        var key = file is null ? [] : file.Key.Where(result.Columns.Contains).Select(name => (Name: name, Index: result.Columns.ToList().IndexOf(name))).ToList();
        var html = new PageHtml().Add($"<h2 id=\"rows\">Rows</h2>").Add(rows.Count <= RowsShown ? new PageHtml() : new PageHtml().Add($"<p class=\"ps-note\">The first {RowsShown:N0} of {result.RowCount:N0}; CSV has all.</p>"));
        html.Add(CellTable.Of(result.Columns, rows.Take(RowsShown), (column, isNumber) =>
        {
            // figures are first wanted from the largest down, names from A
            var down = column == sort ? !descending : isNumber;
            return new PageHtml().Add($"<a href=\"{Own}?run={result.Run}&amp;sort={Uri.EscapeDataString(column)}{(down ? "&descending=1" : "")}#rows\">{column}{(column == sort ? descending ? " ↓" : " ↑" : "")}</a>");
        }, key.Count == 0 ? null : (row, column) => key.Any(one => one.Index == column) ? null : $"{Own}?run={result.Run}&column={Uri.EscapeDataString(result.Columns[column])}{string.Concat(key.Select(one => $"&key.{Uri.EscapeDataString(one.Name)}={Uri.EscapeDataString(row[one.Index].ValueKind == JsonValueKind.Null ? "" : row[one.Index].ToString())}"))}#trend"));
        return html;
    }

    private static string Text(long run) => run.ToString(CultureInfo.InvariantCulture);
}
