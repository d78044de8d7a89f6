using PinScheduler.Dashboard.Acts;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Dashboard.Live;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/pipelines/{key}: tasks down, runs across.</summary>
internal sealed class PipelinePage(string key) : SchedulerPage($"Pipeline {key}")
{
    private const int StandardRuns = 60;
    private const int MostRuns = 400;
    private static readonly int[] Choices = [30, StandardRuns, 150, MostRuns];

    private string Path => Url.To(TriggerForm.Path(key));

    protected override string Topic => Pulse.Runs;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var pipeline = (await request.Get<PipelineReader>().ListAsync(request.Aborted)).FirstOrDefault(one => one.Key == key)
            ?? throw RefusedException.Unknown($"There is no pipeline '{key}'; the page Pipelines lists what there is.");
        var schedule = request.Get<PipelineCatalog>().Get(key).Schedule;
        var most = (int)Math.Clamp(request.QueryNumber("runs") ?? StandardRuns, 1, MostRuns);
        var now = request.Get<TimeProvider>().GetUtcNow().UtcDateTime;
        var runs = await request.Get<RunReader>().ListAsync(key, null, null, null, null, most, request.Aborted);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">{pipeline.Key} <small>{pipeline.Title}</small></h1>");
        html.Add($"<div data-ps-part=\"head\"><p class=\"ps-next\">").Add(PipelineNext.Of(pipeline, schedule)).Add($"</p>")
            .Add(runs.Count == 0 ? new PageHtml().Add($"<p>No run yet. Trigger one{(pipeline.NextRunAt is null ? "" : ", or wait for the schedule")}.</p>") : await RunVerdict.OfAsync(request, Url, runs, schedule, now))
            .Add($"</div>").Add(IsReadOnly ? new PageHtml() : TriggerForm.Of(pipeline, Url));
        if (runs.Count > 0)
        {
            var columns = runs.Select(static run => run.Id).Reverse().ToList();
            var states = await request.Get<GridReader>().ReadAsync(key, columns, request.Aborted);
            html.Add(Choice(runs.Count, most)).Add($"<div class=\"ps-with-panel\"><div data-ps-part=\"grid\">").Add(Grid(pipeline, runs, columns, states, now)).Add($"</div><aside class=\"ps-panel\" id=\"ps-panel\" aria-live=\"polite\"></aside></div>").Add(Legend());
        }

        return html.Add(await PartAsync(() => BackfillPart.RenderAsync(request, Url, key, IsReadOnly)));
    }

    private PageHtml Choice(int shown, int most)
    {
        var html = new PageHtml().Add($"<p class=\"ps-note\">{(shown == 1 ? "One run" : $"The last {shown} runs")}. Show");
        foreach (var choice in Choices)
        {
            html.Add($"{(choice == most ? new PageHtml().Add($" <b>{choice}</b>") : new PageHtml().Add($" <a href=\"{Path}?runs={choice}\">{choice}</a>"))}");
        }

        return html.Add($"</p>");
    }

    private PageHtml Grid(PipelineView pipeline, IReadOnlyList<RunView> runs, List<string> columns, IReadOnlyDictionary<string, string?[]> states, DateTime now)
    {
        // tasks that earlier versions had are shown too, at the end
        var stages = pipeline.Tasks.GroupBy(static task => task.Stage).Select(static stage => (Stage: stage.Key, Tasks: stage.Select(static task => task.Key).ToList())).ToList();
        var gone = states.Keys.Except(pipeline.Tasks.Select(static task => task.Key)).Order(StringComparer.Ordinal).ToList();
        var html = new PageHtml().Add($"<div class=\"ps-grid\" id=\"ps-grid\" role=\"group\" aria-label=\"Tasks and runs: arrows choose a cell, Enter shows it\" tabindex=\"0\" data-ps-runs=\"{string.Join(' ', columns)}\" data-ps-base=\"{Url.To("/runs/")}\" data-ps-column=\"{GridRows.Column}\" data-ps-row=\"{GridRows.Row}\"><div class=\"ps-grid-in\">")
            .Add($"<div class=\"ps-grid-line ps-grid-head\"><div class=\"ps-grid-label\">duration<br><small>up to {RunBars.Longest(runs, now)}</small></div>")
            .Add(RunBars.Of(runs, GridRows.Column, 60, now, run => Url.To("/runs/" + run))).Add($"</div>");
        foreach (var (stage, tasks) in gone.Count == 0 ? stages : [.. stages, ("no longer there", gone)])
        {
            var rows = tasks.Select(task => states.GetValueOrDefault(task) ?? new string?[columns.Count]).ToList();
            html.Add($"<details id=\"stage-{stage.Replace(' ', '-')}\" open><summary class=\"ps-grid-line\"><span class=\"ps-grid-label\">{stage} <small>{tasks.Count}</small></span>").Add(GridRows.Of(columns.Count, [GridRows.Worst(columns.Count, rows)], [""])).Add($"</summary>")
                .Add($"<div class=\"ps-grid-line\"><div class=\"ps-grid-label ps-grid-tasks\">");
            foreach (var task in tasks)
            {
                var failed = states.GetValueOrDefault(task)?[^1] == TaskState.Failed;
                html.Add($"<a{(failed ? new PageHtml().Add($" class=\"ps-grid-bad\"") : new PageHtml())} href=\"{Url.To($"/runs/{columns[^1]}/tasks/{Uri.EscapeDataString(task)}")}\" title=\"{task}\" aria-label=\"{task}\">").Cut(task).Add($"</a>");
            }

            html.Add($"</div>").Add(GridRows.Of(columns.Count, rows, tasks)).Add($"</div></details>");
        }

        return html.Add($"</div></div>");
    }

    private static PageHtml Legend()
    {
        var html = new PageHtml().Add($"<p class=\"ps-legend\">");
        foreach (var state in new[] { "succeeded", "failed", "upstream_failed", "running", "queued", "waiting", "skipped", "cancelled" })
        {
            html.Add($"<span><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"ps-fill-{state}\" width=\"10\" height=\"10\"/></svg> {state.Replace('_', ' ')}</span>");
        }

        return html.Add($"</p>");
    }
}
