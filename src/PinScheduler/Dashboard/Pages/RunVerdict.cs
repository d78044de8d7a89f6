using Hangfire.Dashboard;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Pages;

/// <summary>How the newest run went, as one would say it: and where it failed, what, why and since when.</summary>
internal static class RunVerdict
{
    private const int FailuresShown = 3;

    /// <param name="request">Asks for the tasks of a run that failed.</param>
    /// <param name="url">The dashboard's addresses.</param>
    /// <param name="runs">The pipeline's, newest first; at least one.</param>
    /// <param name="schedule">The pipeline's, for its zone.</param>
    /// <param name="now">How long an open run has gone on.</param>
    public static async Task<PageHtml> OfAsync(PageRequest request, UrlHelper url, IReadOnlyList<RunView> runs, PipelineSchedule? schedule, DateTime now)
    {
        var html = new PageHtml();
        foreach (var run in runs.TakeWhile(static run => run.EndedAt is null).Concat(runs.SkipWhile(static run => run.EndedAt is null).SkipWhile(static run => run.State == RunState.Skipped).Take(1)))
        {
            html.Add($"<p class=\"ps-verdict ps-verdict-{run.State}\">").State(run.State)
                .Add($" <a href=\"{url.To("/runs/" + run.Id)}\">{run.LogicalDate:yyyy-MM-dd}, run #{run.Id}</a> {(run.EndedAt is null ? "started" : "ended")} ").Time(run.EndedAt ?? run.StartedAt ?? run.CreatedAt, schedule, relative: true)
                .Add($"{(run.StartedAt is null ? "" : $"{(run.EndedAt is null ? " going on for " : " after ")}{PageHtml.Duration(run.Took(now))}")}{Warnings(run)}{(run.Reason is null ? "" : ": " + run.Reason)}</p>");
            html.Add(run.State == RunState.Failed ? await WhyAsync(request, url, run, runs) : new PageHtml());
        }

        return html;
    }

    public static string Warnings(RunView run) => run.Warnings.Count switch
    {
        0 => "",
        1 => ", with a warning",
        var several => $", with {several} warnings",
    };

    public static string FirstLine(string? error) => error?.Split('\n')[0] ?? "no error was kept";

    /// <summary>What a failed run has kept from running, and since when runs fail.</summary>
    /// <param name="run">With its tasks.</param>
    /// <param name="runs">The pipeline's, newest first, this one among them.</param>
    public static string Since(RunView run, IReadOnlyList<RunView> runs)
    {
        var behind = run.Tasks!.Count(static task => task.State == TaskState.UpstreamFailed);
        var upToIt = runs.SkipWhile(other => other.Id != run.Id).ToList();
        var none = upToIt.TakeWhile(static other => other.State is RunState.Failed or RunState.Skipped or RunState.Cancelled).ToList();
        var bad = none.Where(static other => other.State == RunState.Failed).ToList();
        return (behind == 0 ? "" : $"{behind} {(behind == 1 ? "task" : "tasks")} did not run for it. ")
            + (bad.Count > 1 ? $"{(bad.Count == upToIt.Count ? "At least " : "")}{bad.Count} runs in a row failed, since {bad[^1].LogicalDate:yyyy-MM-dd}, run #{bad[^1].Id}."
            : none.Count == upToIt.Count ? "No run before it has succeeded." : "The run before it did not fail.");
    }

    private static async Task<PageHtml> WhyAsync(PageRequest request, UrlHelper url, RunView run, IReadOnlyList<RunView> runs)
    {
        var html = new PageHtml();
        var whole = await request.Get<RunReader>().GetAsync(long.Parse(run.Id), request.Aborted);
        var failed = whole.Tasks!.Where(static task => task.State == TaskState.Failed).ToList();
        foreach (var task in failed.Take(FailuresShown))
        {
            html.Add($"<div class=\"ps-warning ps-failure\"><a href=\"{url.To($"/runs/{run.Id}/tasks/{task.Key}")}\"><b>{task.Key}</b></a> {FirstLine(task.Error)}</div>");
        }

        return html.Add($"<p class=\"ps-note\">{(failed.Count > FailuresShown ? $"{failed.Count - FailuresShown} more tasks failed. " : "")}{Since(whole, runs)}</p>");
    }
}
