using System.Globalization;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/activity: who asked for runs, and what was done to them by hand, newest first.</summary>
internal sealed class ActivityPage() : SchedulerPage("Activity")
{
    private const int ActsShown = 200;
    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var acts = await request.Get<ActivityReader>().ListAsync(Before(request.Query("before")), ActsShown + 1, request.Aborted);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Activity <small><a href=\"{Url.To("/runs")}\">Runs</a></small></h1>");
        if (acts.Count == 0)
        {
            return html.Add($"<div class=\"alert alert-info\">Nobody has done anything {(request.Query("before") is null ? "yet" : "before that")}. Trigger a run on the page <a href=\"{Url.To("/pipelines")}\">Pipelines</a>.</div>");
        }

        var pipelines = request.Get<PipelineCatalog>();
        html.Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>When</th><th>Who</th><th>What</th><th>Run</th><th>Pipeline</th><th>Is now</th><th>Why</th></tr></thead><tbody>");
        foreach (var act in acts.Take(ActsShown))
        {
            html.Add($"<tr><td>").Time(act.At, pipelines.Find(act.Pipeline)?.Schedule).Add($"</td><td>{act.Whom ?? (act.How is "schedule" or "backfill" ? "the " + act.How : "not said")}</td><td>{(act.How is { } how ? $"triggered ({how})" : act.Act)} {act.Task}</td><td><a href=\"{Url.To("/runs/" + act.Run)}\">#{act.Run}</a></td><td>{act.Pipeline}</td><td>")
                .State(act.State).Add($"</td><td>{act.Reason}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
        return acts.Count <= ActsShown ? html
            : html.Add($"<p><a class=\"btn btn-sm btn-default\" href=\"{Url.To("/activity")}?before={Uri.EscapeDataString(acts[ActsShown - 1].At.ToString(Instant, CultureInfo.InvariantCulture))}\">Earlier</a></p>");
    }

    private static DateTime? Before(string? given) => given is null ? null
        : DateTime.TryParseExact(given, Instant, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var before) ? before
        : throw RefusedException.Invalid($"'before' is '{given}'; it must be an instant such as 2026-11-22T03:00:00.000000Z.");
}
