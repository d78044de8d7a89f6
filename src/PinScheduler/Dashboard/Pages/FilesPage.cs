using System.Globalization;
using PinScheduler.Inspection.Tracing;
using PinScheduler.Orchestration;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/files: the landing files, newest first, by topic, run and state.</summary>
internal sealed class FilesPage() : SchedulerPage("Landing files")
{
    private const int FilesShown = 200;

    public static string Path(string? topic, string? run) => "/files" + QueryString.Create(
        new[] { KeyValuePair.Create("topic", topic), KeyValuePair.Create("run", run) }.Where(static pair => pair.Value is not null));

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var (topic, run, state) = (request.Query("topic"), request.QueryNumber("run"), request.Query("state"));
        if (state is not null && !FileState.All.Contains(state))
        {
            throw RefusedException.Invalid($"'state' is '{state}'; it may be {string.Join(", ", FileState.All)}.");
        }

        // one more than is shown says whether there is more
        var files = await request.Get<LandingReader>().ListAsync(topic, run, state, request.QueryNumber("before"), FilesShown + 1, request.Aborted);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Landing files <small><a href=\"{Url.To("/topics")}\">Topics</a></small></h1>").Add(await FormAsync(request, topic, run, state));
        if (files.Count == 0)
        {
            return html.Add(topic is null && run is null && state is null
                ? new PageHtml().Add($"<div class=\"alert alert-info\">No file has landed yet: the drain tasks of a run write them. Trigger one on the page <a href=\"{Url.To("/pipelines")}\">Pipelines</a>.</div>")
                : new PageHtml().Add($"<div class=\"alert alert-info\">No file is like that. <a href=\"{Url.To("/files")}\">All files</a></div>"));
        }

        html.Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>File</th><th>State</th><th>Landed</th><th class=\"ps-number\">Offsets</th><th class=\"ps-number\">Records</th><th class=\"ps-number\">Dead letters</th><th class=\"ps-number\">Size</th><th class=\"ps-number\">Rejected</th><th>Landed by</th><th>Cleaned by</th></tr></thead><tbody>");
        foreach (var (file, _, landed, how) in files.Take(FilesShown))
        {
            html.Add($"<tr><td class=\"ps-key\">{file.Path}</td><td>").State(how).Add($"</td><td>").Time(landed)
                .Add($"</td><td class=\"ps-number\">{file.FirstOffset}–{file.LastOffset}</td><td class=\"ps-number\">{file.Records:N0}</td><td class=\"ps-number\">{file.DeadLetters:N0}</td><td class=\"ps-number\">{Sizes.Of(file.Bytes)}</td>")
                .Add($"<td class=\"ps-number\">{(file.Rejected > 0 && how == FileState.Cleaned ? new PageHtml().Add($"<a href=\"{Url.To("/topics")}?rejected={Uri.EscapeDataString(file.Path)}#rejected\">{file.Rejected:N0}</a>") : new PageHtml().Add($"{file.Rejected:N0}"))}</td>")
                .Add($"<td>{Run(file.LandedByRun)}</td><td>{Run(file.CleanedByRun)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
        return files.Count <= FilesShown ? html
            : html.Add($"<p><a class=\"btn btn-sm btn-default\" href=\"{Url.To("/files")}{request.Before(files[FilesShown - 1].Id.ToString(CultureInfo.InvariantCulture))}\">Earlier files</a></p>");
    }

    private static async Task<PageHtml> FormAsync(PageRequest request, string? topic, long? run, string? state)
    {
        var html = new PageHtml().Add($"<form class=\"ps-bar\"><label>topic <select class=\"form-control input-sm\" name=\"topic\"><option value=\"\">all</option>");
        // the ledger's, so that the page stands where Kafka is away
        foreach (var name in await request.Get<LandingReader>().TopicsAsync(request.Aborted))
        {
            html.Add($"<option{(name == topic ? " selected" : "")}>{name}</option>");
        }

        html.Add($"</select></label> <label>run <input class=\"form-control input-sm ps-short\" type=\"number\" min=\"1\" name=\"run\" value=\"{run}\"></label> <label>state <select class=\"form-control input-sm\" name=\"state\"><option value=\"\">all</option>");
        foreach (var one in FileState.All)
        {
            html.Add($"<option{(one == state ? " selected" : "")}>{one}</option>");
        }

        return html.Add($"</select></label> <button class=\"btn btn-sm btn-default\">Show</button></form>");
    }

    private PageHtml Run(string? run) => run is null ? new PageHtml().Add($"none yet") : new PageHtml().Add($"<a href=\"{Url.To("/runs/" + run)}\">#{run}</a>");
}
