using Hangfire.Dashboard;
using PinScheduler.Dashboard.Pages;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Jobs;

namespace PinScheduler.Dashboard;

/// <summary>What Hangfire's page of a task's job shows of it: run, task, attempt, the end of its log.</summary>
internal static class JobBlock
{
    private const int LinesShown = 15;

    public static NonEscapedString Render(JobDetailsRendererDto dto)
    {
        if (dto.JobDetails.Job is not { } job || job.Type != typeof(TaskJob) || job.Args is not [long run, string key, ..])
        {
            return new NonEscapedString("");
        }

        // Hangfire renders synchronously
        return new NonEscapedString(RenderAsync(new PageRequest(dto.Page.Context), dto.Page.Url, run, key).GetAwaiter().GetResult().ToString());
    }

    private static async Task<PageHtml> RenderAsync(PageRequest request, UrlHelper url, long run, string key)
    {
        var html = new PageHtml().Add($"<div class=\"ps-card\"><h2 class=\"ps-name\"><a href=\"{url.To($"/runs/{run}/tasks/{Uri.EscapeDataString(key)}")}\">{key}</a> <small>of <a href=\"{url.To($"/runs/{run}")}\">run #{run}</a></small></h2>");
        try
        {
            var task = (await request.Get<RunReader>().GetAsync(run, request.Aborted)).Tasks!.First(one => one.Key == key);
            html.Add($"<div class=\"ps-bar\">").State(task.State).Add($"<span>attempt {task.Attempts}</span> <span>{task.Server}</span> <a href=\"{url.To(LogPage.Path(run.ToString(), key))}\">whole log</a></div>");
            var lines = await request.Get<TaskLogReader>().LastAsync(run, new LogFilter(key, null, null), LinesShown, request.Aborted);
            html.Add(lines.Count > 0 ? LogPage.Box(lines, withTask: false, new PageHtml().Add($"class=\"ps-log ps-log-tail\"")) : new PageHtml().Add($"<p class=\"ps-note\">No line in its log.</p>"));
        }
        catch (RefusedException refused)
        {
            html.Add($"<p>{refused.Message}</p>");
        }

        return html.Add($"</div>");
    }
}
