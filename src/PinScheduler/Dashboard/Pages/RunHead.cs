using Hangfire.Dashboard;
using PinScheduler.Dashboard.Acts;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Pages;

/// <summary>The head of a run's page: its facts, and what can be done about it.</summary>
internal static class RunHead
{
    private const int NamesShown = 12;

    public static PageHtml Of(UrlHelper url, RunView run, PipelineSchedule? schedule, DateTime now, ActPlan? retry, bool isReadOnly)
    {
        var html = new PageHtml().Add($"<div class=\"ps-bar\">").State(run.State).Add($"<b>{PageHtml.Duration(run.Took(now))}</b>").Add(Done(run));
        html.Add(isReadOnly ? new PageHtml() : Acts(url, run, retry)).Add(Left(run, schedule)).Add($"</div>");
        html.Add($"<ul class=\"ps-facts\"><li><b>Logical date</b> {run.LogicalDate:yyyy-MM-dd}</li><li><b>Planned for</b> ");
        html.Add(run.ScheduledFor is null ? new PageHtml().Add($"no time, by hand") : new PageHtml().Time(run.ScheduledFor, schedule)).Add($"</li><li><b>Started</b> ");
        html.Add(run.StartedAt is null ? new PageHtml().Add($"not yet") : new PageHtml().Time(run.StartedAt, schedule)).Add($"</li><li><b>Ended</b> ");
        html.Add(run.EndedAt is null ? new PageHtml().Add($"not yet") : new PageHtml().Time(run.EndedAt, schedule));
        if (run.DeadlineAt is not null)
        {
            html.Add($"</li><li><b>Deadline</b> ").Time(run.DeadlineAt, schedule).Add($"{(run.DeadlineMissedAt is null ? "" : " (missed)")}");
        }

        html.Add($"</li><li><b>Trigger</b> {run.Trigger}{(run.RequestedBy is null ? "" : " by " + run.RequestedBy)}</li><li><b>Parameters</b> {(TaskDetail.Named(run.Parameters, ": ") is { Length: > 0 } named ? named : "none")}</li><li title=\"of the pipeline's definition and SQL\"><b>Version</b> <code>{run.Version[..Math.Min(8, run.Version.Length)]}</code></li>");
        return html.Add(run.Reason is null ? new PageHtml() : new PageHtml().Add($"<li><b>Reason</b> {run.Reason}</li>")).Add($"</ul>");
    }

    private static PageHtml Done(RunView run)
    {
        if (run.EndedAt is not null || run.StartedAt is null)
        {
            return new PageHtml();
        }

        var total = run.Tasks!.Count(static task => task.State != TaskState.Skipped);
        var done = run.Tasks!.Count(static task => task.State == TaskState.Succeeded);
        return new PageHtml().Add($"<progress max=\"{total}\" value=\"{done}\" aria-label=\"tasks done\"></progress> <span>{done} of {total} tasks</span>");
    }

    /// <summary>How long it may still take; nothing where no run before it says.</summary>
    private static PageHtml Left(RunView run, PipelineSchedule? schedule)
    {
        if (run.Expected is not { } expected)
        {
            return new PageHtml();
        }

        var html = new PageHtml().Add($"<span class=\"ps-left\" title=\"as running tasks say themselves, and the others take as a rule\">");
        html.Add(expected.SecondsLeft > 0
            ? new PageHtml().Add($"about {PageHtml.About(expected.SecondsLeft)} left, until ").Time(expected.EndAt, schedule)
            : new PageHtml().Add($"longer than usual"));
        return html.Add($"; longest {(expected.Path.Count == 1 ? "now" : "from here")}: {string.Join(" → ", expected.Path.Take(NamesShown))}{(expected.Path.Count > NamesShown ? " → …" : "")}</span>");
    }

    private static PageHtml Acts(UrlHelper url, RunView run, ActPlan? retry)
    {
        var html = new PageHtml();
        if (retry is not null)
        {
            html.Add(ActForm.Button(url.To($"/runs/{run.Id}/retry"), "btn-sm btn-primary", "Retry from failed", Confirmations.RetrySays(run, retry)));
            html.Add($"<span class=\"ps-left\">A retry: {Confirmations.Says(retry)}</span>");
        }

        return run.EndedAt is not null ? html : html.Add(ActForm.Button(url.To($"/runs/{run.Id}/cancel"), "btn-sm btn-default", "Cancel", $"Cancel run {run.Id}? {Confirmations.CancelSays(run)}"));
    }
}
