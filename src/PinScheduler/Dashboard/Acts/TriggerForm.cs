using System.Text.Json;
using Hangfire.Dashboard;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard.Acts;

/// <summary>The forms by which a pipeline is triggered, paused and resumed; each opens under its button.</summary>
internal static class TriggerForm
{
    /// <summary>A field that says that the form was shown, and so that a box without a tick means no.</summary>
    public const string Shown = "shown";

    public static string Field(string parameter) => "p." + parameter;

    public static string Path(string pipeline) => $"/pipelines/{Uri.EscapeDataString(pipeline)}";

    public static PageHtml Of(PipelineView pipeline, UrlHelper url)
    {
        var path = Path(pipeline.Key);
        var html = new PageHtml().Add($"<div class=\"ps-acts\"><details class=\"ps-drop\"><summary class=\"btn btn-sm btn-primary\">Trigger a run</summary>{ActForm.Open(url.To(path + "/trigger"), "ps-form")}<input type=\"hidden\" name=\"{Shown}\" value=\"1\">");
        html.Add($"<label><span>Logical date</span><input class=\"form-control input-sm\" type=\"date\" name=\"logicalDate\"><small>The day that the run stands for; empty: today in {pipeline.TimeZone}</small></label>");
        foreach (var parameter in pipeline.Parameters)
        {
            html.Add(Input(parameter));
        }

        html.Add($"<details><summary>Only some of the {pipeline.Tasks.Count} tasks</summary><div class=\"ps-checks\">");
        foreach (var stage in pipeline.Tasks.GroupBy(static task => task.Stage))
        {
            html.Add($"<fieldset><legend>{stage.Key}</legend>");
            foreach (var task in stage)
            {
                html.Add($"<label class=\"ps-check\"><input type=\"checkbox\" name=\"only\" value=\"{task.Key}\"> {task.Key}</label>");
            }

            html.Add($"</fieldset>");
        }

        html.Add($"</div></details><div class=\"ps-submit\"><button class=\"btn btn-sm btn-primary\">Start</button></div></form></details>");
        return html.Add(Pause(pipeline, url.To(path))).Add($"</div>");
    }

    private static PageHtml Pause(PipelineView pipeline, string path) => pipeline.Paused
        ? ActForm.Button(path + "/resume", "btn-sm btn-default", "Resume")
        : new PageHtml().Add($"<details class=\"ps-drop\"><summary class=\"btn btn-sm btn-default\">Pause…</summary>{ActForm.Open(path + "/pause", "ps-form")}")
            .Add($"<p>The schedule starts no run; runs by hand start all the same.</p><label><span>Why</span><input class=\"form-control input-sm\" name=\"reason\" maxlength=\"1000\"></label>")
            .Add($"<label><span>Until</span><select class=\"form-control input-sm\" name=\"hours\"><option value=\"\">somebody resumes</option><option value=\"12\">in 12 hours</option><option value=\"24\">in a day</option><option value=\"72\">in three days</option><option value=\"168\">in a week</option></select></label>")
            .Add($"<div class=\"ps-submit\"><button class=\"btn btn-sm btn-primary\">Pause</button></div></form></details>");

    private static PageHtml Input(ParameterView parameter)
    {
        var name = Field(parameter.Name);
        if (parameter.Type == "boolean")
        {
            return new PageHtml().Add($"<label class=\"ps-check\"><input type=\"checkbox\" name=\"{name}\" value=\"true\"{(parameter.Default?.ValueKind == JsonValueKind.True ? " checked" : "")}> {parameter.Name}<small>{parameter.Help}</small></label>");
        }

        var html = new PageHtml().Add($"<label><span>{parameter.Name}</span><input class=\"form-control input-sm\" name=\"{name}\" placeholder=\"{parameter.Default?.ToString() ?? "none"}\"");
        if (parameter.Type is "integer" or "number")
        {
            html.Add($" type=\"number\" step=\"{(parameter.Type == "integer" ? "1" : "any")}\"");
            html.Add(parameter.Minimum is { } least ? new PageHtml().Add($" min=\"{least:R}\"") : new PageHtml());
            html.Add(parameter.Maximum is { } most ? new PageHtml().Add($" max=\"{most:R}\"") : new PageHtml());
        }

        return html.Add($"><small>{parameter.Help}{Limits(parameter)}</small></label>");
    }

    private static string Limits(ParameterView parameter) => (parameter.Minimum, parameter.Maximum) switch
    {
        ({ } low, >= int.MaxValue) => FormattableString.Invariant($"; from {low:N0} up"),
        ({ } low, { } high) => FormattableString.Invariant($"; from {low:N0} to {high:N0}"),
        ({ } low, null) => FormattableString.Invariant($"; from {low:N0} up"),
        (null, { } high) => FormattableString.Invariant($"; up to {high:N0}"),
        _ => "",
    } + (parameter.Default is { } standard ? $"; empty: {standard}" : "; may be empty");
}
