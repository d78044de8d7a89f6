using PinScheduler.Dashboard.Live;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs/{id}/tasks/{task}: one task of one run; the grid shows it beside itself.</summary>
internal sealed class TaskPage(long id, string key) : SchedulerPage($"{key} of run {id}")
{
    public const string CleanTask = "clean-";

    protected override string Topic => Pulse.OfRun(id);

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var run = await request.Get<RunReader>().GetAsync(id, request.Aborted);
        var task = run.Tasks!.FirstOrDefault(one => one.Key == key) ?? throw RefusedException.Unknown($"Run {id} has no task '{key}'.");
        var schedule = request.Get<PipelineCatalog>().Find(run.Pipeline)?.Schedule;
        var now = request.Get<TimeProvider>().GetUtcNow().UtcDateTime;
        var html = new PageHtml().Add($"<div data-ps-part=\"task\" class=\"ps-panel-body\">")
            .Add($"<h2 class=\"ps-name\">{key} <small><a href=\"{Url.To("/runs/" + id)}\">{run.LogicalDate:yyyy-MM-dd}, run #{id}</a></small></h2><p>{task.Title}</p><div class=\"ps-bar\">").State(task.State)
            .Add($"<span>{PageHtml.Duration(task.StartedAt, task.EndedAt, now)}</span></div>");
        // a task of another pipeline's own may have a file's name
        var file = task.Stage is "analyze" or "check" ? request.Get<SqlTasks>().Find(key) : null;
        html.Add(Links(task, file)).Add(TaskDetail.Of(task)).Add(task.Error is null ? new PageHtml() : new PageHtml().Add($"<div class=\"ps-warning ps-failure\"><pre class=\"ps-error\">{task.Error}</pre></div>"));
        html.Add($"<ul class=\"ps-facts\"><li><b>Started</b> ").Time(task.StartedAt, schedule).Add($"</li><li><b>Ended</b> ").Time(task.EndedAt, schedule)
            .Add($"</li><li><b>Server</b> {task.Server ?? "none"}</li><li><b>After</b> ").Add(After(task)).Add($"</li></ul>");
        if (task.History.Count > 0)
        {
            html.Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table\"><thead><tr><th class=\"ps-number\">Attempt</th><th>State</th><th class=\"ps-number\">Duration</th><th>Error</th><th>Started</th><th>Server</th></tr></thead><tbody>");
            foreach (var attempt in task.History)
            {
                html.Add($"<tr><td class=\"ps-number\">{attempt.Attempt}</td><td>").State(attempt.State)
                    .Add($"</td><td class=\"ps-number\">{PageHtml.Duration(attempt.StartedAt, attempt.EndedAt, now)}</td><td>{(attempt.Error is null ? "" : RunVerdict.FirstLine(attempt.Error))}</td><td>")
                    .Time(attempt.StartedAt, schedule).Add($"</td><td>{attempt.Server}</td></tr>");
            }

            html.Add($"</tbody></table></div>");
        }

        html.Add(file is null ? new PageHtml() : SqlPart.Of(file, _ => "As it is now, and as the next attempt will run it.", open: task.State == TaskState.Failed)).Add($"</div>");
        return IsReadOnly ? html : html.Add(await RepairPart.OfAsync(request, Url, id, key));
    }

    private PageHtml After(TaskView task)
    {
        var html = new PageHtml();
        foreach (var (parent, index) in task.DependsOn.Select(static (parent, index) => (parent, index)))
        {
            html.Add($"{(index == 0 ? "" : ", ")}<a href=\"{TaskUrl(parent)}\">{parent}</a>");
        }

        return task.DependsOn.Count == 0 ? html.Add($"nothing") : html;
    }

    private string TaskUrl(string task) => Url.To($"/runs/{id}/tasks/{Uri.EscapeDataString(task)}");

    private PageHtml Links(TaskView task, SqlTaskFile? file)
    {
        var html = new PageHtml().Add($"<p class=\"ps-bar\">");
        if (task.Attempts > 0)
        {
            html.Add($"<a href=\"{Url.To(LogPage.Path(id.ToString(), key))}\">Log</a>");
        }

        if (task.Attempts > 0 && task.Stage == "drain")
        {
            html.Add($"<a href=\"{Url.To(FilesPage.Path(null, id.ToString()))}\">Landing files</a>");
        }

        if (task.Attempts > 0 && key.StartsWith(CleanTask, StringComparison.Ordinal))
        {
            html.Add($"<a href=\"{Url.To(CleanedFilesPage.Path(id.ToString(), key[CleanTask.Length..]))}\">Files</a>");
        }

        if (task.State == "succeeded" && task.Counts.ValueKind == System.Text.Json.JsonValueKind.Object && task.Stage == "analyze" && file?.Kind != SqlTaskKind.Rollup)
        {
            html.Add($"<a href=\"{Url.To(ResultPage.Path(key))}?run={id}\">Result</a>");
        }

        if (task.JobId is { } job)
        {
            html.Add($"<a href=\"{Url.JobDetails(job)}\">Hangfire job {job}</a>");
        }

        return html.Add($"<a class=\"ps-own\" href=\"{TaskUrl(key)}\">Page of its own</a></p>");
    }
}
