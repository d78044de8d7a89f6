using System.Globalization;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs/{id}/cleaned/{data set}: what the task clean-{data set} found in each landing file.</summary>
internal sealed class CleanedFilesPage(long run, string dataSet) : SchedulerPage($"Files of clean-{dataSet}")
{
    // more is for the API, which streams them
    private const int FilesShown = 500;

    public static string Path(string run, string dataSet) => $"/runs/{run}/cleaned/{dataSet}";

    protected override async Task<PageHtml> RenderAsync(PageRequest request) => Render(DataSet.All.FirstOrDefault(set => set.Key == dataSet) is { } known
        ? await request.Get<CleanedFiles>().OfTaskAsync(known, run, request.Aborted).Take(FilesShown + 1).ToListAsync(request.Aborted)
        : []);

    private PageHtml Render(List<CleanedFileView> files)
    {
        var html = new PageHtml();
        html.Add($"<h1 class=\"page-header\">clean-{dataSet} <small>files of <a href=\"{Url.To($"/runs/{run}")}\">run #{run}</a></small></h1>");
        if (files.Count == 0)
        {
            return html.Add($"<div class=\"alert alert-info\">The task has cleaned no file.</div>");
        }

        html.Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>File</th><th class=\"ps-number\">Read</th><th class=\"ps-number\">Accepted</th><th class=\"ps-number\">Duplicates</th><th class=\"ps-number\">Rejected</th><th class=\"ps-number\">MB/s</th><th>NULLs</th></tr></thead><tbody>");
        foreach (var file in files.Take(FilesShown))
        {
            html.Add($"<tr><td class=\"ps-key\">{file.Path ?? "no longer in the ledger"}</td><td class=\"ps-number\">{file.Read:N0}</td><td class=\"ps-number\">{file.Accepted:N0}</td><td class=\"ps-number\">{file.Duplicates:N0}</td><td class=\"ps-number\">{file.Rejected:N0}</td>")
                .Add($"<td class=\"ps-number\">{file.MegabytesPerSecond:0.#}</td><td><span class=\"ps-counts\">{Named(file.Nulls)}</span></td></tr>");
        }

        html.Add($"</tbody></table></div>");
        if (files.Count > FilesShown)
        {
            html.Add($"<p>The first {FilesShown} files; all: <a href=\"{ApiUrl}\">{ApiUrl}</a></p>");
        }

        return html;
    }

    private string ApiUrl => $"/api/runs/{run}/tasks/clean-{dataSet}/files";

    private static string Named(IReadOnlyDictionary<string, long>? nulls) =>
        nulls is null ? "" : string.Join(", ", nulls.Select(static column => $"{column.Key} {column.Value.ToString("N0", CultureInfo.InvariantCulture)}"));
}
