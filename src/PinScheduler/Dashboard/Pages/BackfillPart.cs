using Hangfire.Dashboard;
using PinScheduler.Dashboard.Acts;
using PinScheduler.Orchestration.Backfill;

namespace PinScheduler.Dashboard.Pages;

/// <summary>Backfills of a pipeline: those that were, and one more after a look at its dates.</summary>
internal static class BackfillPart
{
    private const int Shown = 10;
    private const int DatesShown = 100;

    public static async Task<PageHtml> RenderAsync(PageRequest request, UrlHelper url, string pipeline, bool isReadOnly)
    {
        var backfills = await request.Get<Backfills>().ListAsync(pipeline, Shown, request.Aborted);
        if (isReadOnly && backfills.Count == 0)
        {
            return new PageHtml();
        }

        var path = url.To(TriggerForm.Path(pipeline));
        var html = new PageHtml().Add($"<h2 id=\"backfill\">Backfill</h2>");
        if (!isReadOnly)
        {
            var (from, to, force) = (request.QueryDate("from"), request.QueryDate("to"), request.Query("force") is not null);
            html.Add($"<form class=\"ps-bar\" action=\"{path}#backfill\"><label>from <input class=\"form-control input-sm\" type=\"date\" name=\"from\" value=\"{from:yyyy-MM-dd}\" required></label> <label>to <input class=\"form-control input-sm\" type=\"date\" name=\"to\" value=\"{to:yyyy-MM-dd}\" required></label>")
                .Add($" <label class=\"ps-check\"><input type=\"checkbox\" name=\"force\" value=\"1\"{(force ? " checked" : "")}> also dates that are done</label> <button class=\"btn btn-sm btn-default\">Show the dates</button></form>");
            html.Add(from is { } first && to is { } last ? await PreviewAsync(request, path, new BackfillRequest { Pipeline = pipeline, From = first, To = last, Force = force }) : new PageHtml());
        }

        return html.Add(List(backfills, url, isReadOnly));
    }

    private static async Task<PageHtml> PreviewAsync(PageRequest request, string path, BackfillRequest asked)
    {
        var dates = await request.Get<Backfills>().PreviewAsync(asked, request.Aborted);
        var runs = dates.Where(static date => date.Runs).Select(static date => date.Date).ToList();
        var left = dates.Count - runs.Count;
        var done = left == 0 ? "" : $" {left} of the {dates.Count} dates have a run that succeeded or is under way, and are left out.";
        if (runs.Count == 0)
        {
            return new PageHtml().Add($"<div class=\"alert alert-info\">Nothing to do: every date has a run that succeeded or is under way. Tick “also dates that are done” to do them again.</div>");
        }

        return new PageHtml().Add($"<div class=\"ps-card\"><p><b>{runs.Count} runs, one after another, oldest first.</b>{done}</p><p class=\"ps-dates\">{string.Join(", ", runs.Take(DatesShown).Select(static date => date.ToString("yyyy-MM-dd")))}{(runs.Count > DatesShown ? " …" : "")}</p>")
            .Add($"{ActForm.Open(path + "/backfill", "ps-inline")}<input type=\"hidden\" name=\"from\" value=\"{asked.From:yyyy-MM-dd}\"><input type=\"hidden\" name=\"to\" value=\"{asked.To:yyyy-MM-dd}\">{(asked.Force ? new PageHtml().Add($"<input type=\"hidden\" name=\"force\" value=\"1\">") : new PageHtml())}")
            .Add($"<button class=\"btn btn-sm btn-primary\">Start {runs.Count} runs</button></form></div>");
    }

    private static PageHtml List(IReadOnlyList<BackfillView> backfills, UrlHelper url, bool isReadOnly)
    {
        if (backfills.Count == 0)
        {
            return new PageHtml().Add($"<p class=\"ps-note\">None yet. Name the first and the last date that are to be done.</p>");
        }

        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Backfill</th><th>State</th><th>Dates</th><th>Next</th><th>By</th><th>Asked for</th><th></th></tr></thead><tbody>");
        foreach (var backfill in backfills)
        {
            html.Add($"<tr><td><a href=\"{url.To("/runs")}?pipeline={Uri.EscapeDataString(backfill.Pipeline)}&amp;from={backfill.From:yyyy-MM-dd}&amp;to={backfill.To:yyyy-MM-dd}\">{backfill.Id}</a></td><td>").State(backfill.State)
                .Add($"</td><td class=\"ps-when\">{backfill.From:yyyy-MM-dd} to {backfill.To:yyyy-MM-dd}{(backfill.Force ? ", done ones too" : "")}</td><td class=\"ps-when\">{backfill.Next:yyyy-MM-dd}</td><td>{backfill.RequestedBy}</td><td>").Time(backfill.CreatedAt).Add($"</td><td>");
            html.Add(isReadOnly || backfill.EndedAt is not null ? new PageHtml().Add($"{backfill.Reason}")
                : ActForm.Button(url.To($"/backfills/{backfill.Id}/cancel"), "btn-xs btn-default", "Cancel", Confirmations.CancelSays(backfill)));
            html.Add($"</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }
}
