using PinScheduler.Stages.Analyze;

namespace PinScheduler.Dashboard.Pages;

/// <summary>A SQL task's query as its file has it now, which is what its next attempt runs, and what it reads.</summary>
internal static class SqlPart
{
    /// <param name="file">The task's.</param>
    /// <param name="note">What is to be said of the text.</param>
    /// <param name="open">Whether it is to be seen at once.</param>
    public static PageHtml Of(SqlTaskFile file, Func<string, string> note, bool open)
    {
        var sql = file.TextNow;
        return new PageHtml().Add($"<details id=\"sql\"{(open ? new PageHtml().Add($" open") : new PageHtml())}><summary><h2>SQL</h2></summary><p class=\"ps-note\">{file.Path}{(file.Tables.Count == 0 ? "" : $", reads {string.Join(", ", file.Tables)}")}. {note(sql)}</p><pre class=\"ps-sql\">{sql}</pre></details>");
    }
}
