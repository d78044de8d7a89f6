using PinScheduler.Dashboard.Acts;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Dashboard.Live;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Settings;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/pipelines: how the night went, for each pipeline, and what is next.</summary>
internal sealed class PipelinesPage() : SchedulerPage("Pipelines")
{
    private const int RunsShown = 30;

    protected override string Topic => Pulse.Runs;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Pipelines</h1>");
        if (request.Get<StartWarnings>().All is { Count: > 0 } warnings)
        {
            html.Add($"<div class=\"ps-warning\"><a href=\"{Url.To("/system")}\">{(warnings.Count == 1 ? "A warning" : $"{warnings.Count} warnings")} of the server's start</a>: {warnings.First()}</div>");
        }

        foreach (var pipeline in await request.Get<PipelineReader>().ListAsync(request.Aborted))
        {
            html.Add($"<section class=\"ps-card\"><div data-ps-part=\"{pipeline.Key}\">").Add(await CardAsync(request, pipeline)).Add($"</div>");
            html.Add(IsReadOnly ? new PageHtml() : TriggerForm.Of(pipeline, Url)).Add($"</section>");
        }

        return html;
    }

    private async Task<PageHtml> CardAsync(PageRequest request, PipelineView pipeline)
    {
        var now = request.Get<TimeProvider>().GetUtcNow().UtcDateTime;
        var schedule = request.Get<PipelineCatalog>().Find(pipeline.Key)?.Schedule;
        var runs = await request.Get<RunReader>().ListAsync(pipeline.Key, null, null, null, null, RunsShown, request.Aborted);
        var html = new PageHtml().Add($"<h2 class=\"ps-name\"><a href=\"{Url.To(TriggerForm.Path(pipeline.Key))}\">{pipeline.Key}</a> <small>{pipeline.Title}</small></h2>");
        html.Add(runs.Count == 0
            ? new PageHtml().Add($"<p>No run yet. Trigger one{(pipeline.NextRunAt is null ? "" : ", or wait for the schedule")}.</p>")
            : await RunVerdict.OfAsync(request, Url, runs, schedule, now));
        html.Add($"<p class=\"ps-next\">").Add(PipelineNext.Of(pipeline, schedule)).Add($"</p>");
        return runs.Count == 0 ? html : html.Add($"<div class=\"ps-scroll-end\"><div>").Add(RunBars.Of(runs, 14, 56, now, run => Url.To("/runs/" + run)))
            .Add($"</div></div><p class=\"ps-note\">{(runs.Count == 1 ? "The only run" : $"The last {runs.Count} runs; the longest")} took {RunBars.Longest(runs, now)}. <a href=\"{Url.To("/runs")}?pipeline={Uri.EscapeDataString(pipeline.Key)}\">All runs</a></p>");
    }
}
