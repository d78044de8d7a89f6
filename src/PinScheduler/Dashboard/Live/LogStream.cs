using System.Globalization;
using System.Text.Json;
using Hangfire.Dashboard;
using PinScheduler.Dashboard.Pages;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard.Live;

/// <summary>/hangfire/runs/{id}/log/stream: the lines that come after those of the page, until the run is over; and /download, all as a file.</summary>
internal static class LogStream
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // while lines come: what is written four times a second is then read as it is written
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    public static async Task SendAsync(PageRequest request, Func<string, string, Task> sendAsync, CancellationToken cancellationToken)
    {
        var (reader, time, filter) = (request.Get<TaskLogReader>(), request.Get<TimeProvider>(), LogPage.FilterOf(request));
        var seen = Marks(request.Query("mark"));
        while (true)
        {
            var ends = await reader.EndsAsync(request.Run, cancellationToken);
            var any = false;
            foreach (var (task, end) in ends.Tasks.Where(end => filter.Task is null || filter.Task == end.Key))
            {
                while (seen.GetValueOrDefault(task).CompareTo(end) < 0 && await reader.AfterAsync(request.Run, task, seen.GetValueOrDefault(task), cancellationToken) is { Count: > 0 } lines)
                {
                    (any, seen[task]) = (true, (lines[^1].Attempt, lines[^1].Seq));
                    // a page of them at a time, and how far it goes: who follows can go on from there
                    await sendAsync("lines", JsonSerializer.Serialize(new { html = Html(lines.Where(filter.Takes), withTask: filter.Task is null), mark = LogPage.Mark(seen) }));
                }
            }

            if (ends.IsOver)
            {
                await sendAsync("over", "");
                return;
            }

            await Task.Delay(any ? Soon : Interval, time, cancellationToken);
        }
    }

    public static IDashboardDispatcher Download() => new Downloading();

    private static string Html(IEnumerable<LogLine> lines, bool withTask)
    {
        var html = new PageHtml();
        foreach (var line in lines)
        {
            html.Add(LogPage.Line(line, withTask));
        }

        return html.ToString();
    }

    // what is no mark is no line that was seen: its task is sent from the beginning
    private static Dictionary<string, (int Attempt, int Seq)> Marks(string? text)
    {
        var marks = new Dictionary<string, (int Attempt, int Seq)>(StringComparer.Ordinal);
        foreach (var parts in (text ?? "").Split(',').Select(static mark => mark.Split(':')))
        {
            if (parts is [var task, var attempt, var seq] && int.TryParse(attempt, CultureInfo.InvariantCulture, out var tried) && int.TryParse(seq, CultureInfo.InvariantCulture, out var last))
            {
                marks[task] = (tried, last);
            }
        }

        return marks;
    }

    private sealed class Downloading : IDashboardDispatcher
    {
        public async Task Dispatch(DashboardContext context)
        {
            var request = new PageRequest(context);
            var (reader, response, only) = (request.Get<TaskLogReader>(), request.Http.Response, request.Query("task"));
            response.ContentType = "text/plain; charset=utf-8";
            response.Headers.ContentDisposition = $"attachment; filename=\"run-{request.Run}{(only is null ? "" : "-" + string.Concat(only.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')))}.log\"";
            foreach (var task in (await reader.EndsAsync(request.Run, request.Aborted)).Tasks.Keys.Where(task => only is null || only == task).Order(StringComparer.Ordinal))
            {
                var last = (Attempt: 0, Seq: 0);
                while (await reader.AfterAsync(request.Run, task, last, request.Aborted) is { Count: > 0 } lines)
                {
                    foreach (var line in lines)
                    {
                        await response.WriteAsync($"{line.Time:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {line.Task} [{line.Attempt}] {line.Level,-11} {line.Text}\n", request.Aborted);
                    }

                    last = (lines[^1].Attempt, lines[^1].Seq);
                }
            }
        }
    }
}
