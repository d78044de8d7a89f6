using System.Globalization;
using System.Text.Json;
using Hangfire.Dashboard;
using PinScheduler.Dashboard.Pages;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Dashboard.Live;

/// <summary>/hangfire/runs/{id}/log/stream: the lines that come after those of the page, until the run is over; and /download, all as a file.</summary>
internal static class LogStream
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static async Task SendAsync(PageRequest request, Func<string, string, Task> sendAsync, CancellationToken cancellationToken)
    {
        var (reader, runs, time, filter) = (request.Get<TaskLogReader>(), request.Get<RunStore>(), request.Get<TimeProvider>(), LogPage.FilterOf(request));
        var seen = Marks(request.Query("mark"));
        while (true)
        {
            // asked before the lines are read: what is written before the end is then among them
            var isOver = await runs.ReadAsync(request.Run, cancellationToken) is not { Run.IsEnded: false };
            var news = new PageHtml();
            var any = false;
            foreach (var (task, end) in (await reader.EndsAsync(request.Run, cancellationToken)).Where(end => (filter.Task is null || filter.Task == end.Key) && end.Value.CompareTo(seen.GetValueOrDefault(end.Key)) > 0))
            {
                while (seen.GetValueOrDefault(task).CompareTo(end) < 0 && await reader.AfterAsync(request.Run, task, seen.GetValueOrDefault(task), cancellationToken) is { Count: > 0 } lines)
                {
                    foreach (var line in lines.Where(filter.Takes))
                    {
                        any = true;
                        news.Add(LogPage.Line(line, withTask: filter.Task is null));
                    }

                    seen[task] = (lines[^1].Attempt, lines[^1].Seq);
                }
            }

            if (any)
            {
                await sendAsync("lines", JsonSerializer.Serialize(news.ToString()));
            }

            if (isOver)
            {
                await sendAsync("over", "");
                return;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    public static IDashboardDispatcher Download() => new Downloading();

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
            foreach (var task in (await reader.EndsAsync(request.Run, request.Aborted)).Keys.Where(task => only is null || only == task).Order(StringComparer.Ordinal))
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
