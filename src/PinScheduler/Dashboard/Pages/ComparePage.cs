using System.Globalization;
using System.Text.Json;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs/{id}/compare?with=: two runs side by side: how long each task took, and what it counted.</summary>
internal sealed class ComparePage(long id) : SchedulerPage($"Run {id} compared")
{
    private const int Choices = 50;

    // what is shown as less is no difference
    private static readonly TimeSpan Shown = TimeSpan.FromMilliseconds(5);

    // below it, a difference is noise
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var reader = request.Get<RunReader>();
        var run = await reader.GetAsync(id, request.Aborted);
        var others = (await reader.ListAsync(run.Pipeline, null, null, null, null, Choices, request.Aborted)).Where(other => other.Id != run.Id).ToList();
        var with = request.QueryNumber("with")?.ToString(CultureInfo.InvariantCulture) ?? (others.Find(other => other.State == RunState.Succeeded && long.Parse(other.Id) < id) ?? others.FirstOrDefault())?.Id;
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Compare <small><a href=\"{Url.To("/runs/" + id)}\">{run.Pipeline} {run.LogicalDate:yyyy-MM-dd}, run #{id}</a></small></h1>");
        if (with is null)
        {
            return html.Add($"<div class=\"alert alert-info\">There is no other run to compare with yet.</div>");
        }

        html.Add($"<form class=\"ps-bar\"><label>with <select class=\"form-control input-sm\" name=\"with\">");
        foreach (var other in others)
        {
            html.Add($"<option value=\"{other.Id}\"{(other.Id == with ? " selected" : "")}>#{other.Id}, {other.LogicalDate:yyyy-MM-dd}, {other.State}</option>");
        }

        var before = await reader.GetAsync(long.Parse(with, CultureInfo.InvariantCulture), request.Aborted);
        if (before.Pipeline != run.Pipeline)
        {
            throw RefusedException.Invalid($"Run {before.Id} is of the pipeline '{before.Pipeline}', run {id} of '{run.Pipeline}'; only runs of one pipeline can be compared.");
        }

        return html.Add($"</select></label> <button class=\"btn btn-sm btn-default\">Show</button></form>").Add(Heads(before, run)).Add(Tasks(before, run, request.Get<SqlTasks>()));
    }

    private static PageHtml Heads(RunView before, RunView run)
    {
        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table\"><thead><tr><th></th><th>run #{before.Id}</th><th>run #{run.Id}</th></tr></thead><tbody>");
        foreach (var (name, was, now) in new[]
        {
            ("State", before.State, run.State), ("Logical date", $"{before.LogicalDate:yyyy-MM-dd}", $"{run.LogicalDate:yyyy-MM-dd}"), ("Trigger", before.Trigger, run.Trigger),
            ("Duration", Took(before), Took(run)), ("Parameters", TaskDetail.Named(before.Parameters, ": "), TaskDetail.Named(run.Parameters, ": ")),
            ("Version of the pipeline and its SQL", before.Version, run.Version), ("Warnings", $"{before.Warnings.Count}", $"{run.Warnings.Count}"),
        })
        {
            html.Add($"<tr><td>{name}</td><td>{was}</td><td>{(was == now ? new PageHtml().Add($"{now}") : new PageHtml().Add($"<b>{now}</b>"))}</td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }

    private PageHtml Tasks(RunView before, RunView run, SqlTasks files)
    {
        var was = before.Tasks!.ToDictionary(static task => task.Key, StringComparer.Ordinal);
        var html = new PageHtml().Add($"<h2>Tasks</h2><div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Task</th><th>#{before.Id}</th><th>#{run.Id}</th><th class=\"ps-number\">#{before.Id} took</th><th class=\"ps-number\">#{run.Id} took</th><th class=\"ps-number\">Difference</th><th>Counts that differ</th></tr></thead><tbody>");
        foreach (var task in run.Tasks!)
        {
            was.Remove(task.Key, out var old);
            var difference = Span(task) - (old is null ? null : Span(old));
            html.Add($"<tr><td class=\"ps-key\">{task.Key}</td><td>").Add(old is null ? new PageHtml().Add($"not there") : new PageHtml().State(old.State)).Add($"</td><td>").State(task.State)
                .Add($"</td><td class=\"ps-number\">{(old is null ? "" : Took(old.StartedAt, old.EndedAt))}</td><td class=\"ps-number\">{Took(task.StartedAt, task.EndedAt)}</td><td class=\"ps-number{(difference?.Duration() > Noticeable ? " ps-strong" : "")}\">{Signed(difference)}</td><td>{(old is null ? "" : Differences(old.Counts, task.Counts))}").Add(Rows(old, before, task, files)).Add($"</td></tr>");
        }

        foreach (var gone in was.Values)
        {
            html.Add($"<tr><td class=\"ps-key\">{gone.Key}</td><td>").State(gone.State).Add($"</td><td>not there</td><td class=\"ps-number\">{Took(gone.StartedAt, gone.EndedAt)}</td><td></td><td></td><td></td></tr>");
        }

        return html.Add($"</tbody></table></div>");
    }

    /// <summary>Where both runs have a result, what has become of its rows: they may differ though they are as many.</summary>
    private PageHtml Rows(TaskView? old, RunView before, TaskView task, SqlTasks files) =>
        old?.State != TaskState.Succeeded || task.State != TaskState.Succeeded || files.FindAnalysis(task.Key) is null ? new PageHtml()
        : new PageHtml().Add($" <a class=\"ps-links\" href=\"{Url.To(ResultPage.Path(task.Key))}?run={id}&amp;from={before.Id}&amp;difference=1\">difference</a>");

    private static string Differences(JsonElement before, JsonElement now) => string.Join(", ", Numbers(now).Where(count => Numbers(before).GetValueOrDefault(count.Key) != count.Value)
        .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {Numbers(before).GetValueOrDefault(count.Key):N0} → {count.Value:N0}")));

    private static Dictionary<string, long> Numbers(JsonElement counts) => counts.EnumerateObject().Where(static count => count.Value.ValueKind == JsonValueKind.Number && count.Value.TryGetInt64(out _)).ToDictionary(static count => count.Name, static count => count.Value.GetInt64(), StringComparer.Ordinal);

    private static TimeSpan? Span(TaskView task) => task.EndedAt - task.StartedAt;

    private static string Took(RunView run) => run.EndedAt is { } ended ? PageHtml.Duration(run.Took(ended)) : "";

    private static string Took(DateTime? from, DateTime? to) => to - from is { } span ? PageHtml.Duration(span) : "";

    private static string Signed(TimeSpan? difference) => difference is not { } span ? "" : span.Duration() < Shown ? PageHtml.Duration(TimeSpan.Zero) : (span < TimeSpan.Zero ? "−" : "+") + PageHtml.Duration(span.Duration());
}
