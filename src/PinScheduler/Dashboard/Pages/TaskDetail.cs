using System.Globalization;
using System.Text.Json;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard.Pages;

/// <summary>What a task has counted, how far it is, or why it does not run.</summary>
internal static class TaskDetail
{
    // a task may wait for dozens; all of them stand in the title
    private const int LettersShown = 160;

    public static PageHtml Of(TaskView task)
    {
        var html = Named(task.Counts, " ") is { Length: > 0 } counts ? new PageHtml().Add($"<span class=\"ps-counts\">{counts}</span> ") : new PageHtml();
        if (task.Progress is { } progress && task.EndedAt is null && task.StartedAt is not null)
        {
            html.Add(progress.Total is > 0 ? new PageHtml().Add($"<progress max=\"{progress.Total}\" value=\"{progress.Done}\"></progress> ") : new PageHtml())
                .Add($"<span>{progress.Done:N0}{(progress.Total is { } total ? string.Create(CultureInfo.InvariantCulture, $" of {total:N0}") : "")} {progress.Unit}{progress.Speed()}</span>");
        }

        return task.Reason is { } reason ? html.Add($"<span class=\"ps-reason\" title=\"{reason}\">{(reason.Length > LettersShown ? reason[..LettersShown] + " …" : reason)}</span>") : html;
    }

    public static string Named(JsonElement values, string between) => values.ValueKind != JsonValueKind.Object ? "" : string.Join(", ", values.EnumerateObject().Select(value =>
        value.Name + between + (value.Value.ValueKind == JsonValueKind.Number && value.Value.TryGetInt64(out var number) ? number.ToString("N0", CultureInfo.InvariantCulture) : value.Value.ToString())));
}
