using PinScheduler.Inspection.Tracing;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs/{id}/lineage: from offsets to files to tables to results.</summary>
internal sealed class LineagePage(long id) : SchedulerPage($"Lineage of run {id}")
{
    // more is for the API, which streams them
    private const int FilesShown = 500;

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var (analysis, all) = (request.Query("analysis"), request.Query("all") is not null);
        var files = await (await request.Get<RunTrace>().FilesAsync(id, analysis, all, request.Aborted)).Take(FilesShown + 1).ToListAsync(request.Aborted);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Lineage {(analysis is null ? "" : "of " + analysis)} <small><a href=\"{Url.To("/runs/" + id)}\">run #{id}</a></small></h1>");
        var path = Url.To($"/runs/{id}/lineage");
        html.Add($"<p class=\"ps-note\">{(all ? "All files that the results rest on, also of earlier runs. " : "The files that this run landed or cleaned. ")}{(all ? new PageHtml().Add($"<a href=\"{path}\">Only this run's</a>") : new PageHtml().Add($"<a href=\"{path}?all=1\">Also those of earlier runs</a>"))}</p>");
        if (files.Count == 0)
        {
            return html.Add($"<div class=\"alert alert-info\">The run has landed and cleaned no file{(all ? "" : "; its results rest on those of earlier runs")}.</div>");
        }

        foreach (var set in files.Take(FilesShown).GroupBy(static file => (file.DataSet, file.Topic)))
        {
            html.Add($"<p class=\"ps-flow\"><span>{set.Key.Topic}<small>{set.Sum(static file => file.Records + file.DeadLetters):N0} records</small></span> → <a href=\"{Url.To(FilesPage.Path(set.Key.Topic, all ? null : id.ToString()))}\">{set.Count()} files<small>{Sizes.Of(set.Sum(static file => file.Bytes))}</small></a> → <span>clean_{set.Key.DataSet}<small>{set.Sum(static file => file.Accepted ?? 0):N0} new, {set.Sum(static file => file.Duplicates ?? 0):N0} repeated, {set.Sum(static file => file.Rejected ?? 0):N0} rejected</small></span> → <a href=\"{Url.To("/results")}\">results</a></p>");
        }

        html.Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>File</th><th class=\"ps-number\">Partition</th><th class=\"ps-number\">Offsets</th><th class=\"ps-number\">Records</th><th class=\"ps-number\">Dead letters</th><th class=\"ps-number\">Size</th><th class=\"ps-number\">New</th><th class=\"ps-number\">Repeated</th><th class=\"ps-number\">Rejected</th><th>Landed by, cleaned by</th></tr></thead><tbody>");
        foreach (var file in files.Take(FilesShown))
        {
            html.Add($"<tr><td class=\"ps-key\">{file.Path}{(file.RemovedAt is null ? "" : " (removed by retention)")}</td><td class=\"ps-number\">{file.Partition}</td><td class=\"ps-number\">{file.FirstOffset}–{file.LastOffset}</td><td class=\"ps-number\">{file.Records:N0}</td><td class=\"ps-number\">{file.DeadLetters:N0}</td><td class=\"ps-number\">{Sizes.Of(file.Bytes)}</td>")
                .Add($"<td class=\"ps-number\">{file.Accepted:N0}</td><td class=\"ps-number\">{file.Duplicates:N0}</td><td class=\"ps-number\">{(file.Rejected > 0 ? new PageHtml().Add($"<a href=\"{Url.To("/topics")}?rejected={Uri.EscapeDataString(file.Path)}#rejected\">{file.Rejected:N0}</a>") : new PageHtml().Add($"{file.Rejected:N0}"))}</td><td>{(file.LandedByRun is null ? "no run yet" : "#" + file.LandedByRun)}, {(file.CleanedByRun is null ? "not yet" : "#" + file.CleanedByRun)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
        return files.Count > FilesShown ? html.Add($"<p>The first {FilesShown} files; all: <a href=\"/api/runs/{id}/lineage\">/api/runs/{id}/lineage</a></p>") : html;
    }
}
