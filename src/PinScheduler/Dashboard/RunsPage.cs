using Hangfire.Dashboard;
using Hangfire.Dashboard.Pages;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard;

/// <summary>/hangfire/runs: the newest runs, and a button for one more.</summary>
internal sealed class RunsPage : RazorPage
{
    private const int RunsShown = 100;

    public override void Execute()
    {
        Layout = new LayoutPage("Runs");
        var request = new PageRequest(Context);
        // Hangfire renders its pages synchronously
        var pipelines = request.Get<PipelineReader>().ListAsync(request.Aborted).GetAwaiter().GetResult();
        var runs = request.Get<RunReader>().ListAsync(null, null, null, null, null, RunsShown, request.Aborted).GetAwaiter().GetResult();
        var html = new PageHtml();
        html.Add($"<div class=\"row\"><div class=\"col-md-12\"><h1 class=\"page-header\">Runs</h1>");
        foreach (var pipeline in pipelines)
        {
            AddPipeline(html, pipeline);
        }

        html.Add($"<div data-ps-live=\"{(runs.Any(static run => run.EndedAt is null) ? "true" : "false")}\">");
        if (runs.Count == 0)
        {
            html.Add($"<div class=\"alert alert-info\">No run yet. Trigger one above, or wait for the schedule.</div>");
        }
        else
        {
            AddRuns(html, runs, request.Get<TimeProvider>().GetUtcNow());
        }

        html.Add($"</div></div></div>");
        WriteLiteral(html.ToString());
    }

    private void AddPipeline(PageHtml html, PipelineView pipeline)
    {
        html.Add($"<div class=\"ps-bar\"><strong>{pipeline.Key}</strong><span>{pipeline.Title}</span>");
        if (pipeline.Paused)
        {
            html.Add($"<span class=\"label label-warning\">paused</span>");
        }
        else if (pipeline.NextRunAt is { } next)
        {
            html.Add($"<span title=\"{pipeline.Schedule} ({pipeline.TimeZone})\">next run ").Moment(next).Add($"</span>");
        }

        if (!IsReadOnly)
        {
            html.Add($"<button class=\"btn btn-sm btn-primary\" data-ajax=\"{Url.To("/runs/trigger/" + pipeline.Key)}\" data-loading-text=\"Starting…\">Trigger now</button>");
        }

        html.Add($"</div>");
    }

    private void AddRuns(PageHtml html, IReadOnlyList<RunView> runs, DateTimeOffset now)
    {
        html.Add($"<div class=\"ps-scroll\"><table class=\"table table-hover\"><thead><tr><th>Run</th><th>Date</th><th>State</th><th>Pipeline</th><th>Trigger</th><th>Started</th><th class=\"ps-number\">Duration</th><th>Notes</th></tr></thead><tbody>");
        foreach (var run in runs)
        {
            html.Add($"<tr><td><a href=\"{Url.To("/runs/" + run.Id)}\">#{run.Id}</a></td><td class=\"ps-when\">{run.LogicalDate:yyyy-MM-dd}</td><td>").State(run.State)
                .Add($"</td><td>{run.Pipeline}</td><td>{run.Trigger}</td><td class=\"ps-when\">").Moment(run.StartedAt)
                .Add($"</td><td class=\"ps-number\">{PageHtml.Duration(run.StartedAt, run.EndedAt, now)}</td><td>{Notes(run)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static string Notes(RunView run) => run.Warnings.Count switch
    {
        0 => run.Reason ?? "",
        1 => "1 warning",
        var several => $"{several} warnings",
    };
}
