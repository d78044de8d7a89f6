using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard.Pages;

/// <summary>/hangfire/runs/{id}/log: the end of the log of one task or of all; the browser has what comes after it sent.</summary>
internal sealed class LogPage(long id) : SchedulerPage($"Log of run {id}")
{
    // several screens of its end: the browser paints them at once, and more only when it has made all of a longer page
    private const int LinesAtFirst = 200;

    // of what is before that, when somebody scrolls or asks for it
    private const int EarlierLines = 1000;

    // what is out of sight costs the browser by the block, not by the line; pages.css has the height of such a block
    private const int BlockLines = 25;

    public static string Path(string run, string? task = null) => $"/runs/{run}/log" + (task is null ? "" : $"?task={Uri.EscapeDataString(task)}");

    /// <summary>What the page and its stream are asked for.</summary>
    /// <exception cref="RefusedException">There is no such level.</exception>
    public static LogFilter FilterOf(PageRequest request) => request.Query("level") is { } level && !TaskLogReader.Levels.Contains(level)
        ? throw RefusedException.Invalid($"'level' is '{level}'; it may be {string.Join(", ", TaskLogReader.Levels)}.")
        : new LogFilter(request.Query("task"), request.Query("level"), request.Query("search")) { Before = request.Query("before") is { } place ? LogPlace.Parse(place) : null };

    /// <summary>A log as a whole, its attributes given; log.js adds to it.</summary>
    /// <param name="lines">In their order.</param>
    /// <param name="withTask">Whether each names its task.</param>
    /// <param name="attributes">Of the log's element.</param>
    /// <param name="earlier">What stands above the lines; null: nothing.</param>
    public static PageHtml Box(IReadOnlyList<LogLine> lines, bool withTask, PageHtml attributes, PageHtml? earlier = null)
    {
        var html = new PageHtml().Add($"<div {attributes} data-ps-block=\"{BlockLines}\"><div>");
        foreach (var block in lines.Chunk(BlockLines))
        {
            html.Add($"<div>");
            foreach (var line in block)
            {
                html.Add(Line(line, withTask));
            }

            html.Add($"</div>");
        }

        // laid out from its end, so what comes last stands above
        return html.Add($"</div>{earlier ?? new PageHtml()}</div>");
    }

    public static PageHtml Line(LogLine line, bool withTask) => new PageHtml().Add($"<div class=\"ps-log-{line.Level}\"><time datetime=\"{line.Time:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\" data-ps-time=\"plain\">{line.Time:HH:mm:ss.fff}</time> {(withTask ? new PageHtml().Add($"<b>{line.Task}</b> ") : new PageHtml())}{(line.Attempt > 1 ? $"[{line.Attempt}] " : "")}{(line.Level == "information" ? "" : line.Level.ToUpperInvariant() + " ")}{line.Text}</div>");

    /// <summary>How far a page has the log, by task.</summary>
    public static string Mark(IReadOnlyDictionary<string, (int Attempt, int Seq)> ends) => string.Join(',', ends.Select(static end => $"{end.Key}:{end.Value.Attempt}:{end.Value.Seq}"));

    protected override async Task<PageHtml> RenderAsync(PageRequest request)
    {
        var filter = FilterOf(request);
        var run = await request.Get<RunReader>().GetAsync(id, request.Aborted);
        if (filter.Task is { } named && run.Tasks!.All(task => task.Key != named))
        {
            throw RefusedException.Unknown($"Run {id} has no task '{named}'.");
        }

        var reader = request.Get<TaskLogReader>();
        // before the lines: what comes between is then in the lines or sent, and what is not shown of what was there is not sent
        var ends = (await reader.EndsAsync(id, request.Aborted)).Tasks.Where(end => filter.Task is null || filter.Task == end.Key).ToDictionary(StringComparer.Ordinal);
        var most = filter.Before is null ? LinesAtFirst : EarlierLines;
        var lines = await reader.LastAsync(id, filter, most, request.Aborted);
        var html = new PageHtml().Add($"<h1 class=\"page-header\">Log {(filter.Task is null ? "" : "of " + filter.Task)} <small><a href=\"{Url.To("/runs/" + id)}\">{run.Pipeline} {run.LogicalDate:yyyy-MM-dd}, run #{id}</a></small></h1>").Add(Filters(run, filter));
        var earlier = lines.Count < most ? null : new PageHtml().Add($"<a class=\"ps-log-earlier\" href=\"{Url.To($"/runs/{id}/log")}{request.Before(LogPlace.Of(lines[0]).ToString())}\">Earlier lines</a>");
        if (filter.Before is not null)
        {
            html.Add($"<p class=\"ps-note\">Lines before those that you came from. <a href=\"{Url.To($"/runs/{id}/log")}{request.Before(null)}\">The latest</a></p>");
        }

        var stream = Url.To($"/runs/{id}/log/stream") + request.Http.Request.QueryString;
        var attributes = new PageHtml().Add($"class=\"ps-log\" tabindex=\"0\" role=\"log\" data-ps-log=\"{(run.EndedAt is null && filter.Before is null ? stream : "")}\" data-ps-mark=\"{Mark(Seen(ends, lines))}\"");
        return html.Add(Box(lines, withTask: filter.Task is null, attributes, earlier)).Add(lines.Count > 0 ? new PageHtml()
            : new PageHtml().Add($"<p class=\"ps-note\" id=\"ps-log-empty\">{(filter.Before is not null ? "No line is before that." : filter.Search is null && filter.Level is null ? run.EndedAt is null ? "No line yet; they appear here as they are written." : "Nothing was written." : "No line is like that. Take the filters away to see all.")}</p>"));
    }

    private PageHtml Filters(RunView run, LogFilter filter)
    {
        var html = new PageHtml().Add($"<form class=\"ps-bar\"><label>task <select class=\"form-control input-sm\" name=\"task\"><option value=\"\">all</option>");
        foreach (var task in run.Tasks!.Where(task => task.Attempts > 0 || task.Key == filter.Task))
        {
            html.Add($"<option{(task.Key == filter.Task ? " selected" : "")}>{task.Key}</option>");
        }

        html.Add($"</select></label> <label>from level <select class=\"form-control input-sm\" name=\"level\"><option value=\"\">all</option>");
        foreach (var level in TaskLogReader.Levels.Skip(1))
        {
            html.Add($"<option{(level == filter.Level ? " selected" : "")}>{level}</option>");
        }

        return html.Add($"</select></label> <label>with <input class=\"form-control input-sm\" type=\"search\" name=\"search\" value=\"{filter.Search}\"></label> <button class=\"btn btn-sm btn-default\">Show</button>")
            .Add($" <a class=\"btn btn-sm btn-default\" href=\"{Url.To($"/runs/{id}/log/download")}{(filter.Task is null ? "" : "?task=" + Uri.EscapeDataString(filter.Task))}\">Download</a></form>");
    }

    // by task the last line that was there or is shown: what the stream goes on from
    private static Dictionary<string, (int Attempt, int Seq)> Seen(Dictionary<string, (int Attempt, int Seq)> ends, IEnumerable<LogLine> lines)
    {
        foreach (var line in lines.Where(line => ends.GetValueOrDefault(line.Task).CompareTo((line.Attempt, line.Seq)) < 0))
        {
            ends[line.Task] = (line.Attempt, line.Seq);
        }

        return ends;
    }
}
