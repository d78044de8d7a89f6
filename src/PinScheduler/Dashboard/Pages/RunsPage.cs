using PinScheduler.Dashboard.Live;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs: the runs of all pipelines, newest first, by pipeline, state and date.</summary>
internal sealed class RunsPage() : SchedulerPage("Runs")
{
    private const int RunsShown = 100;

    private sealed record Filter(string? Pipeline, string? State, DateOnly? From, DateOnly? To);

    protected override string Topic => Pulse.Runs;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var filter = new Filter(request.Query("pipeline"), request.Query("state"), request.QueryDate("from"), request.QueryDate("to"));
        if (filter.State is { } state && !RunState.All.Contains(state))
        {
            throw RefusedException.Invalid($"'state' is '{state}'; it may be {string.Join(", ", RunState.All)}.");
        }

        // one more than is shown says whether there is more
        var runs = await request.Get<RunReader>().ListAsync(filter.Pipeline, filter.State, filter.From, filter.To, request.QueryNumber("before"), RunsShown + 1, request.Aborted);
        var pipelines = request.Get<PipelineCatalog>();
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Runs <small><a href=\"{Url.To("/activity")}\">who did what</a></small></h1>").Add(Form(filter, pipelines)).Add($"<div data-ps-part=\"runs\">");
        html.Add(runs.Count > 0 ? Table([.. runs.Take(RunsShown)], pipelines, request.Get<TimeProvider>().GetUtcNow().UtcDateTime)
            : filter == new Filter(null, null, null, null) ? new PageHtml().Add($"<div class=\"alert alert-info\">No run yet. Trigger one on the page <a href=\"{Url.To("/pipelines")}\">Pipelines</a>, or wait for the schedule.</div>")
            : new PageHtml().Add($"<div class=\"alert alert-info\">No run is like that. <a href=\"{Url.To("/runs")}\">All runs</a></div>"));
        return html.Add(runs.Count > RunsShown ? new PageHtml().Add($"<p><a class=\"btn btn-sm btn-default\" href=\"{Url.To("/runs")}{request.Before(runs[RunsShown - 1].Id)}\">Earlier runs</a></p>") : new PageHtml()).Add($"</div>");
    }

    private static PageHtml Form(Filter filter, PipelineCatalog pipelines)
    {
        var html = new PageHtml().Add($"<form class=\"ps-bar\"><label>pipeline <select class=\"form-control input-sm\" name=\"pipeline\"><option value=\"\">all</option>");
        foreach (var pipeline in pipelines.All)
        {
            html.Add($"<option{(pipeline.Key == filter.Pipeline ? " selected" : "")}>{pipeline.Key}</option>");
        }

        html.Add($"</select></label> <label>state <select class=\"form-control input-sm\" name=\"state\"><option value=\"\">all</option>");
        foreach (var state in RunState.All)
        {
            html.Add($"<option{(state == filter.State ? " selected" : "")}>{state}</option>");
        }

        return html.Add($"</select></label> <label>date from <input class=\"form-control input-sm\" type=\"date\" name=\"from\" value=\"{filter.From:yyyy-MM-dd}\"></label> <label>to <input class=\"form-control input-sm\" type=\"date\" name=\"to\" value=\"{filter.To:yyyy-MM-dd}\"></label> <button class=\"btn btn-sm btn-default\">Show</button></form>");
    }

    private PageHtml Table(IReadOnlyList<RunView> runs, PipelineCatalog pipelines, DateTime now)
    {
        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Run</th><th>Date</th><th>State</th><th>Pipeline</th><th>Trigger</th><th>Started</th><th class=\"ps-number\">Duration</th><th>Notes</th></tr></thead><tbody>");
        foreach (var run in runs)
        {
            html.Add($"<tr><td><a href=\"{Url.To("/runs/" + run.Id)}\">#{run.Id}</a></td><td class=\"ps-when\">{run.LogicalDate:yyyy-MM-dd}</td><td>").State(run.State)
                .Add($"</td><td>{run.Pipeline}</td><td>{run.Trigger}</td><td>").Time(run.StartedAt, pipelines.Find(run.Pipeline)?.Schedule)
                .Add($"</td><td class=\"ps-number\">{PageHtml.Duration(run.Took(now))}</td><td>{run.Reason}{(run.Warnings.Count == 0 ? "" : run.Warnings.Count == 1 ? " 1 warning" : $" {run.Warnings.Count} warnings")}</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }
}
