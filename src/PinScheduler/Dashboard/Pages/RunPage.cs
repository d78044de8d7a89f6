using PinScheduler.Dashboard.Drawing;
using PinScheduler.Dashboard.Live;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Results.Checks;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs/{id}: one run: what failed and why, its graph, its time, its tasks.</summary>
internal sealed class RunPage(long id) : SchedulerPage($"Run {id}")
{
    // as on the page Pipelines
    private const int RunsBefore = 30;

    protected override string Topic => Pulse.OfRun(id);

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var run = await request.Get<RunReader>().GetAsync(id, request.Aborted);
        var now = request.Get<TimeProvider>().GetUtcNow().UtcDateTime;
        var schedule = request.Get<PipelineCatalog>().Find(run.Pipeline)?.Schedule;
        var html = new PageHtml().Add($"<h1 class=\"page-header\"><a href=\"{Url.To("/pipelines/" + Uri.EscapeDataString(run.Pipeline))}\">{run.Pipeline}</a> {run.LogicalDate:yyyy-MM-dd} <small>run #{run.Id}</small></h1>");
        html.Add($"<div data-ps-part=\"head\">").Add(RunHead.Of(Url, run, schedule, now, await RetryAsync(request, run), IsReadOnly)).Add(await TroubleAsync(request, run)).Add(Acts(run, schedule)).Add($"</div>");
        html.Add($"<nav class=\"ps-bar\" aria-label=\"Parts of this page\"><a href=\"#graph\">Graph</a> <a href=\"#timeline\">Timeline</a> <a href=\"#tasks\">Tasks</a> <a href=\"#checks\">Checks</a> <a href=\"{Url.To(LogPage.Path(run.Id))}\">Log</a> <a href=\"{Url.To($"/runs/{id}/lineage")}\">Lineage</a> <a href=\"{Url.To($"/runs/{id}/compare")}\">Compare</a></nav>");
        html.Add($"<div data-ps-part=\"graph\"><details id=\"graph\" open><summary><h2>Graph</h2></summary><div class=\"ps-scroll\" tabindex=\"0\">").Add(GraphDrawing.Of(run.Tasks!, TaskUrl)).Add($"</div></details></div>");
        html.Add($"<div data-ps-part=\"timeline\"><details id=\"timeline\" open><summary><h2>Timeline</h2></summary>").Add(Timeline.Of(run, now, TaskUrl)).Add($"</details></div>");
        html.Add($"<div data-ps-part=\"tasks\"><h2 id=\"tasks\">Tasks</h2>").Add(RunTasks.Of(run, Url, schedule, now)).Add($"</div>");
        return html.Add($"<div data-ps-part=\"checks\"><h2 id=\"checks\">Checks</h2>").Add(await PartAsync(async () => Checks(await request.Get<CheckReader>().ListAsync(id, request.Aborted)))).Add($"</div>");
    }

    private string TaskUrl(TaskView task) => Url.To($"/runs/{id}/tasks/{Uri.EscapeDataString(task.Key)}");

    /// <summary>What a retry would do now; null where there is none to be done.</summary>
    private async Task<ActPlan?> RetryAsync(PageRequest request, RunView run) =>
        IsReadOnly || run.State is not (RunState.Failed or RunState.Cancelled) ? null : await RepairPart.PlanAsync(request, id, new RunAct(RunAct.Retry));

    private async Task<PageHtml> TroubleAsync(PageRequest request, RunView run)
    {
        var html = new PageHtml();
        foreach (var failed in run.Tasks!.Where(static task => task.State == TaskState.Failed))
        {
            html.Add($"<div class=\"ps-warning ps-failure\"><a href=\"{TaskUrl(failed)}\"><b>{failed.Key}</b></a> <a class=\"ps-links\" href=\"{Url.To(LogPage.Path(run.Id, failed.Key))}\">log</a><pre class=\"ps-error\">{failed.Error}</pre></div>");
        }

        if (run.State == RunState.Failed)
        {
            var runs = await request.Get<RunReader>().ListAsync(run.Pipeline, null, null, null, id + 1, RunsBefore, request.Aborted);
            html.Add($"<p class=\"ps-note\">{RunVerdict.Since(run, runs)}</p>");
        }

        foreach (var warning in run.Warnings)
        {
            html.Add($"<div class=\"ps-warning\">{warning}</div>");
        }

        return html;
    }

    private PageHtml Acts(RunView run, PipelineSchedule? schedule)
    {
        var html = new PageHtml();
        foreach (var act in run.Acts!)
        {
            html.Add($"<p class=\"ps-note\">").Time(act.At, schedule).Add($" {act.Act} {act.Task}{(act.Task is null ? "" : " ")}by {act.By ?? "hand"}{(act.Reason is null ? "" : ": " + act.Reason)}</p>");
        }

        return run.Acts.Count == 0 ? html : html.Add($"<p><a href=\"{Url.To("/activity")}\">All activity</a></p>");
    }

    private PageHtml Checks(IReadOnlyList<CheckView> checks)
    {
        if (checks.Count == 0)
        {
            return new PageHtml().Add($"<p class=\"ps-note\">No check has run yet.</p>");
        }

        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Check</th><th>Outcome</th><th class=\"ps-number\">Found</th><th class=\"ps-number\">Threshold</th><th>What</th></tr></thead><tbody>");
        foreach (var check in checks)
        {
            html.Add($"<tr><td class=\"ps-key\"><a href=\"{Url.To($"/runs/{id}/checks/{check.Check}")}\">{check.Check}</a></td><td>").State(check.Outcome)
                .Add($"</td><td class=\"ps-number\">{check.Broken:N0}</td><td class=\"ps-number\">{check.Threshold}</td><td>{check.Message ?? check.Title}</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }
}
