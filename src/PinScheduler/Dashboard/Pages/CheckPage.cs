using PinScheduler.Orchestration;
using PinScheduler.Results.Checks;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs/{id}/checks/{check}: the rows that break a rule.</summary>
internal sealed class CheckPage(long id, string check) : SchedulerPage($"{check} in run {id}")
{
    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var found = await request.Get<CheckReader>().GetAsync(id, check, request.Aborted) ?? throw RefusedException.Unknown($"The check '{check}' has not run in run {id}.");
        var html = new PageHtml().Add($"<h1 class=\"page-header\">{check} <small>{found.Check.Title}, <a href=\"{Url.To("/runs/" + id)}\">run #{id}</a></small></h1><div class=\"ps-bar\">").State(found.Check.Outcome)
            .Add($"<span>{found.Check.Broken:N0} found{(found.Check.Threshold is { } threshold ? $", threshold {threshold}" : "")}</span> <a href=\"{Url.To("/quality")}\">Over the runs</a></div><p>{found.Check.Message}</p>");
        if (found.Rows.Count == 0)
        {
            return html.Add($"<div class=\"alert alert-info\">No row breaks the rule.</div>");
        }

        html.Add(found.Rows.Count < found.Check.Broken ? new PageHtml().Add($"<p class=\"ps-note\">The first {found.Rows.Count:N0} of {found.Check.Broken:N0} rows.</p>") : new PageHtml());
        return html.Add(CellTable.Of(found.Columns, found.Rows.Select(static row => row.EnumerateArray().ToArray()), static (column, _) => new PageHtml().Add($"{column}")));
    }
}
