using System.Globalization;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Results.Checks;
using PinScheduler.Results.Trends;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/quality: what the checks found, run by run, and how many rows the results had.</summary>
internal sealed class QualityPage() : SchedulerPage("Quality")
{
    private const int RunsShown = 20;
    private const int RunsOfDrift = 30;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var runs = (await request.Get<RunReader>().ListAsync(null, null, null, null, null, RunsShown * 2, request.Aborted)).Where(static run => run.State is not (RunState.Skipped or RunState.Queued)).Take(RunsShown).Reverse().ToList();
        var found = await request.Get<CheckReader>().OfRunsAsync([.. runs.Select(static run => long.Parse(run.Id, CultureInfo.InvariantCulture))], request.Aborted);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Quality</h1>");
        html.Add(found.Count == 0
            ? new PageHtml().Add($"<div class=\"alert alert-info\">No check has run yet. They are the files in sql/checks/, and run with the pipeline: trigger a run on the page <a href=\"{Url.To("/pipelines")}\">Pipelines</a>.</div>")
            : Matrix([.. runs.Where(run => found.Contains(long.Parse(run.Id, CultureInfo.InvariantCulture)))], found));
        html.Add($"<h2>Rows of each result, over the runs</h2>").Add(await PartAsync(() => DriftAsync(request)));
        return html.Add($"<h2>Share of NULLs in new records, over the runs</h2>").Add(await PartAsync(() => NullsPart.RenderAsync(request, [.. runs.Select(static run => long.Parse(run.Id, CultureInfo.InvariantCulture))])));
    }

    private PageHtml Matrix(List<RunView> runs, ILookup<long, CheckView> found)
    {
        var checks = found.SelectMany(static run => run).GroupBy(static check => check.Check).Select(static check => check.First()).OrderBy(static check => check.Check, StringComparer.Ordinal).ToList();
        var html = new PageHtml().Add($"<p class=\"ps-note\">Rows that break each rule; the newest run on the right. Green: within the threshold, amber: warned, red: failed its run.</p><div class=\"ps-scroll-end\"><div><table class=\"table ps-matrix\"><thead><tr><th>Check</th>");
        foreach (var run in runs)
        {
            html.Add($"<th><a href=\"{Url.To("/runs/" + run.Id)}\" title=\"run #{run.Id}, {run.State}\">{run.LogicalDate:MM-dd}<br>#{run.Id}</a></th>");
        }

        html.Add($"</tr></thead><tbody>");
        foreach (var check in checks)
        {
            html.Add($"<tr><th title=\"{check.Title}\">{check.Check}</th>");
            foreach (var run in runs)
            {
                var one = found[long.Parse(run.Id, CultureInfo.InvariantCulture)].FirstOrDefault(result => result.Check == check.Check);
                html.Add(one is null ? new PageHtml().Add($"<td></td>")
                    : new PageHtml().Add($"<td class=\"ps-cell-{one.Outcome}\"><a href=\"{Url.To($"/runs/{run.Id}/checks/{check.Check}")}\" title=\"{one.Outcome}{(one.Message is null ? "" : ": " + one.Message)}\">{one.Broken:N0}</a></td>"));
            }

            html.Add($"</tr>");
        }

        return html.Add($"</tbody></table></div></div>");
    }

    private async Task<PageHtml> DriftAsync(PageRequest request)
    {
        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Result</th><th class=\"ps-number\">Rows now</th><th class=\"ps-number\">Median before</th><th class=\"ps-number\">Difference</th><th>Over the runs</th></tr></thead><tbody>");
        foreach (var analysis in request.Get<SqlTasks>().Analyses)
        {
            var trend = await request.Get<TrendReader>().ReadAsync(analysis.File.Name, null, new Dictionary<string, string>(), RunsOfDrift, request.Aborted);
            var rows = trend.Points.Select(static point => point.Value!.Value.GetDouble()).ToList();
            if (rows.Count == 0)
            {
                continue;
            }

            var before = rows[..^1].Order().ToList();
            var median = before.Count == 0 ? (double?)null : before[before.Count / 2];
            var change = median > 0 ? (rows[^1] - median.Value) / median.Value : (double?)null;
            html.Add($"<tr><td class=\"ps-key\"><a href=\"{Url.To(ResultPage.Path(analysis.File.Name))}#trend\">{analysis.File.Name}</a></td><td class=\"ps-number\">{rows[^1]:N0}</td><td class=\"ps-number\">{median:N0}</td><td class=\"ps-number{(Math.Abs(change ?? 0) > 0.5 ? " ps-strong" : "")}\">{(change is { } share ? (share < 0 ? "−" : "+") + Math.Abs(share).ToString("P0", CultureInfo.InvariantCulture) : "")}</td><td>").Add(Sparkline.Of(rows)).Add($"</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }
}
