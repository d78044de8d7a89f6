using System.Globalization;
using System.Text.Json;
using Hangfire.Dashboard;
using Hangfire.Dashboard.Pages;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Results.Checks;

namespace PinScheduler.Dashboard;

/// <summary>/hangfire/runs/{id}: one run with its tasks, their counts, and why those that do not run do not.</summary>
internal sealed class RunPage(long id) : RazorPage
{
    private const string CleanTask = "clean-";

    /// <summary>The log as the API gives it: text that a browser shows as it is, however long.</summary>
    public static string LogUrl(string run, string task) => $"/api/runs/{Uri.EscapeDataString(run)}/tasks/{Uri.EscapeDataString(task)}/log";

    public override void Execute()
    {
        Layout = new LayoutPage($"Run {id}");
        var request = new PageRequest(Context);
        try
        {
            // Hangfire renders its pages synchronously
            var run = request.Get<RunReader>().GetAsync(id, request.Aborted).GetAwaiter().GetResult();
            var checks = request.Get<CheckReader>().ListAsync(id, request.Aborted).GetAwaiter().GetResult();
            WriteLiteral(Render(run, checks, request.Get<TimeProvider>().GetUtcNow()).ToString());
        }
        catch (RefusedException refused)
        {
            Context.Response.StatusCode = refused.Status;
            WriteLiteral(new PageHtml().Add($"<div class=\"alert alert-warning\">{refused.Message}</div>").ToString());
        }
    }

    private PageHtml Render(RunView run, IReadOnlyList<CheckView> checks, DateTimeOffset now)
    {
        var html = new PageHtml();
        html.Add($"<div class=\"row\"><div class=\"col-md-12\" data-ps-live=\"{(run.EndedAt is null ? "true" : "false")}\">")
            .Add($"<h1 class=\"page-header\">{run.Pipeline} {run.LogicalDate:yyyy-MM-dd} <small>run #{run.Id}</small></h1>");
        AddHead(html, run, now);
        foreach (var failed in run.Tasks!.Where(static task => task.State == "failed"))
        {
            html.Add($"<div class=\"ps-warning ps-failure\"><b>{failed.Key}</b> <a href=\"{LogUrl(run.Id, failed.Key)}\">log</a><pre class=\"ps-error\">{failed.Error}</pre></div>");
        }

        foreach (var warning in run.Warnings)
        {
            html.Add($"<div class=\"ps-warning\">{warning}</div>");
        }

        AddTasks(html, run, now);
        AddChecks(html, run, checks);
        return html.Add($"</div></div>");
    }

    private void AddHead(PageHtml html, RunView run, DateTimeOffset now)
    {
        html.Add($"<div class=\"ps-bar\">").State(run.State);
        if (!IsReadOnly && run.State is "failed" or "cancelled")
        {
            var again = string.Join(", ", run.Tasks!.Where(static task => task.State is "failed" or "upstream_failed" or "cancelled").Select(static task => task.Key));
            html.Add($"<button class=\"btn btn-sm btn-primary\" data-ajax=\"{Url.To($"/runs/{run.Id}/retry")}\" data-confirm=\"These tasks run again: {again}. Those that are done stay.\">Retry from failed</button>");
        }

        if (!IsReadOnly && run.EndedAt is null)
        {
            html.Add($"<button class=\"btn btn-sm btn-default\" data-ajax=\"{Url.To($"/runs/{run.Id}/cancel")}\" data-confirm=\"Cancel this run? What is safely written stays.\">Cancel</button>");
        }

        html.Add($"<a class=\"btn btn-sm btn-default\" href=\"{Url.To("/runs")}\">All runs</a></div>")
            .Add($"<ul class=\"ps-facts\"><li><b>Trigger</b> {run.Trigger}{(run.RequestedBy is null ? "" : " by " + run.RequestedBy)}</li><li><b>Started</b> ").Moment(run.StartedAt)
            .Add($"</li><li><b>Duration</b> {PageHtml.Duration(run.StartedAt, run.EndedAt, now)}</li><li><b>Parameters</b> {Named(run.Parameters, ": ")}</li><li><b>Version</b> {run.Version}</li>");
        if (run.Reason is { } reason)
        {
            html.Add($"<li><b>Reason</b> {reason}</li>");
        }

        html.Add($"</ul>");
    }

    private void AddTasks(PageHtml html, RunView run, DateTimeOffset now)
    {
        html.Add($"<div class=\"ps-scroll\"><table class=\"table table-hover\"><thead><tr><th>Task</th><th>State</th><th class=\"ps-wide\">Stage</th><th>Started</th><th class=\"ps-number\">Duration</th><th class=\"ps-number\">Attempts</th><th>Counts</th></tr></thead><tbody>");
        foreach (var task in run.Tasks!)
        {
            html.Add($"<tr><td class=\"ps-key\" title=\"{task.Title}\">{task.Key}");
            AddLinks(html, run, task);
            html.Add($"</td><td>").State(task.State).Add($"</td><td class=\"ps-wide\">{task.Stage}</td><td class=\"ps-when\">").Moment(task.StartedAt)
                .Add($"</td><td class=\"ps-number\">{PageHtml.Duration(task.StartedAt, task.EndedAt, now)}</td><td class=\"ps-number\">{(task.Attempts == 0 ? "" : task.Attempts)}</td><td>");
            AddDetail(html, task);
            html.Add($"</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static void AddChecks(PageHtml html, RunView run, IReadOnlyList<CheckView> checks)
    {
        if (checks.Count == 0)
        {
            return;
        }

        html.Add($"<h2>Checks</h2><div class=\"ps-scroll\"><table class=\"table table-hover\"><thead><tr><th>Check</th><th>Outcome</th><th class=\"ps-number\">Found</th><th class=\"ps-number\">Threshold</th><th>What</th></tr></thead><tbody>");
        foreach (var check in checks)
        {
            html.Add($"<tr><td class=\"ps-key\"><a href=\"/api/runs/{run.Id}/checks/{check.Check}\">{check.Check}</a></td><td>").State(check.Outcome)
                .Add($"</td><td class=\"ps-number\">{check.Broken:N0}</td><td class=\"ps-number\">{check.Threshold}</td><td>{check.Message ?? check.Title}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private void AddLinks(PageHtml html, RunView run, TaskView task)
    {
        if (task.Attempts > 0)
        {
            html.Add($"<a class=\"ps-links\" href=\"{LogUrl(run.Id, task.Key)}\">log</a>");
        }

        if (task.Attempts > 0 && task.Key.StartsWith(CleanTask, StringComparison.Ordinal))
        {
            html.Add($"<a class=\"ps-links\" href=\"{Url.To(CleanedFilesPage.Path(run.Id, task.Key[CleanTask.Length..]))}\">files</a>");
        }

        if (task.JobId is { } job)
        {
            html.Add($"<a class=\"ps-links\" href=\"{Url.JobDetails(job)}\">job</a>");
        }
    }

    private static void AddDetail(PageHtml html, TaskView task)
    {
        html.Add($"<span class=\"ps-counts\">{Named(task.Counts, " ")}</span>");
        if (task.Progress is { } progress && task.EndedAt is null && task.StartedAt is not null)
        {
            html.Add($"<span>{progress.Done:N0}{(progress.Total is { } total ? $" of {total:N0}" : "")} {progress.Unit}{progress.Speed()}</span>");
        }

        if (task.Reason is { } reason)
        {
            html.Add($"<span class=\"ps-reason\">{reason}</span>");
        }

        if (task.Error is { } error && task.State != "failed")
        {
            html.Add($"<pre class=\"ps-error\">{error}</pre>");
        }
    }

    private static string Named(JsonElement values, string between) => values.ValueKind != JsonValueKind.Object ? "" : string.Join(", ", values.EnumerateObject().Select(value =>
        value.Name + between + (value.Value.ValueKind == JsonValueKind.Number && value.Value.TryGetInt64(out var number) ? number.ToString("N0", CultureInfo.InvariantCulture) : value.Value.ToString())));
}
