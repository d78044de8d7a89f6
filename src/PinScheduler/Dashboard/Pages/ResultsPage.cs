using System.Globalization;
using System.Text.Json;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Results;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/results: every analysis as a small chart of its newest result.</summary>
internal sealed class ResultsPage() : SchedulerPage("Results")
{
    private const int RowsShown = 8;

    private const int RunsLookedAt = 10;

    // for a small chart; what is beyond is not seen in it
    private const int RowsRead = 2000;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var summaries = await request.Get<ResultReader>().ListAsync(request.Aborted);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Results</h1>");
        if (summaries.Count == 0)
        {
            return html.Add($"<div class=\"alert alert-info\">There is no analysis. Drop a file into sql/analytics/ and start the server again: it becomes a task and a result.</div>");
        }

        if (summaries.All(static summary => summary.LastRun is null))
        {
            html.Add($"<div class=\"alert alert-info\">No run has succeeded yet, so there is no result. Trigger one on the page <a href=\"{Url.To("/pipelines")}\">Pipelines</a>.</div>");
        }

        else if (await LateAsync(request, summaries) is { } failed)
        {
            html.Add($"<div class=\"alert alert-warning\">The newest run, <a href=\"{Url.To("/runs/" + failed.Id)}\">#{failed.Id}</a> for {failed.LogicalDate:yyyy-MM-dd}, {(failed.State == RunState.Failed ? "failed" : "was cancelled")}: what it did not come to is shown as an older run found it.</div>");
        }

        html.Add($"<div class=\"ps-cards\">");
        foreach (var summary in summaries)
        {
            html.Add($"<section class=\"ps-card\"><h2 class=\"ps-name\"><a href=\"{Url.To(ResultPage.Path(summary.Analysis))}\">{summary.Title}</a></h2>");
            html.Add(summary.LastRun is { } last
                ? (await PartAsync(() => SmallAsync(request, summary, last))).Add($"<p class=\"ps-note\">{last.Rows:N0} {(last.Rows == 1 ? "row" : "rows")} of <a href=\"{Url.To("/runs/" + last.Run)}\">run #{last.Run}</a> for {last.LogicalDate}</p>")
                : new PageHtml().Add($"<p class=\"ps-note\">No run of it has succeeded yet.</p>"));
            html.Add($"</section>");
        }

        return html.Add($"</div>");
    }

    /// <summary>The newest run that has ended, where it did not succeed and some result is older than it.</summary>
    private static async Task<RunView?> LateAsync(PageRequest request, IReadOnlyList<ResultSummary> summaries)
    {
        var newest = (await request.Get<RunReader>().ListAsync(pipeline: null, state: null, from: null, to: null, before: null, limit: RunsLookedAt, request.Aborted)).FirstOrDefault(static run => run.EndedAt is not null);
        return newest?.State is RunState.Failed or RunState.Cancelled && summaries.Any(summary => summary.LastRun is { } last && last.Run != newest.Id) ? newest : null;
    }

    private static async Task<PageHtml> SmallAsync(PageRequest request, ResultSummary summary, LastResult last)
    {
        await using var result = await request.Get<ResultLookup>().OpenAsync(summary.Analysis, long.Parse(last.Run, CultureInfo.InvariantCulture), request.Aborted);
        var rows = await result.RowsAsync(request.Aborted).Take(RowsRead).Select(static cells => JsonSerializer.Deserialize<JsonElement[]>(cells)!).ToListAsync(request.Aborted);
        return ResultChart.Of(summary.Chart, result.Columns, rows, large: false) ?? CellTable.Of(result.Columns, rows.Take(RowsShown), static (column, _) => new PageHtml().Add($"{column}"));
    }
}
