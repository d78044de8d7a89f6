using Hangfire.Dashboard;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Pages;

/// <summary>The table of a run's tasks.</summary>
internal static class RunTasks
{
    public static PageHtml Of(RunView run, UrlHelper url, PipelineSchedule? schedule, DateTime now)
    {
        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Task</th><th>State</th><th class=\"ps-wide\">Stage</th><th class=\"ps-wide\">Started</th><th class=\"ps-number\">Duration</th><th class=\"ps-number\" title=\"tries\">Tries</th><th>Counts, or why it waits</th><th class=\"ps-wide\">Server</th></tr></thead><tbody>");
        // what failed is what one came for; what runs keeps its place, for rows that come and go while one reads are worse than looking for it
        foreach (var task in run.Tasks!.OrderByDescending(static task => task.State == TaskState.Failed))
        {
            html.Add($"<tr><td class=\"ps-key\" title=\"{task.Title}\"><a href=\"{url.To($"/runs/{run.Id}/tasks/{Uri.EscapeDataString(task.Key)}")}\">{task.Key}</a>");
            html.Add(task.Attempts == 0 ? new PageHtml() : new PageHtml().Add($"<a class=\"ps-links\" href=\"{url.To(LogPage.Path(run.Id, task.Key))}\">log</a>"));
            html.Add(task.Attempts == 0 || !task.Key.StartsWith(TaskPage.CleanTask, StringComparison.Ordinal) ? new PageHtml() : new PageHtml().Add($"<a class=\"ps-links\" href=\"{url.To(CleanedFilesPage.Path(run.Id, task.Key[TaskPage.CleanTask.Length..]))}\">files</a>"));
            html.Add($"</td><td>").State(task.State).Add($"</td><td class=\"ps-wide\">{task.Stage}</td><td class=\"ps-wide\">").Time(task.StartedAt, schedule)
                .Add($"</td><td class=\"ps-number\">{PageHtml.Duration(task.StartedAt, task.EndedAt, now)}</td><td class=\"ps-number\">{(task.Attempts == 0 ? "" : $"{task.Attempts}")}</td><td>").Add(TaskDetail.Of(task));
            html.Add(task.Error is null || task.State == "failed" ? new PageHtml() : new PageHtml().Add($"<pre class=\"ps-error\">{task.Error}</pre>")).Add($"</td><td class=\"ps-wide\">{task.Server}</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }
}
