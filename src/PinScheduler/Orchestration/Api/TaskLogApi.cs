using System.Text.Json;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>GET /api/runs/{id}/tasks/{task}/log: text, or JSON lines for who accepts them; with follow=true as it grows, to the task's end.</summary>
internal static class TaskLogApi
{
    private const string JsonLines = "application/x-ndjson";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static void MapTaskLogs(this RouteGroupBuilder api) => api.MapGet("/runs/{id}/tasks/{task}/log", ReadAsync)
        .WithSummary("A task's log, of all its attempts").Produces<string>(contentType: "text/plain", additionalContentTypes: JsonLines);

    private static async Task<IResult> ReadAsync(string id, string task, HttpContext http, RunStore runs, TaskLogReader log, TimeProvider time, CancellationToken cancellationToken, bool follow = false, string? format = null)
    {
        var run = RunsApi.IdOf(id);
        var board = await runs.ReadAsync(run, cancellationToken) ?? throw RefusedException.Unknown($"There is no run '{run}'; see the list of runs.");
        if (!board.Contains(task))
        {
            throw RefusedException.Unknown($"Run {run} has no task '{task}'.{DidYouMean.Sentence(task, board.Tasks.Select(known => known.Key))}");
        }

        var asJson = format switch
        {
            null => http.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Value is JsonLines or "application/jsonl" or "application/json"),
            "jsonl" or "json" => true,
            "text" => false,
            _ => throw RefusedException.Invalid($"'format' is '{format}'; it may be text or jsonl."),
        };
        return TypedResults.Stream(body => WriteAsync(body, run, task, asJson, follow, runs, log, time, http.RequestAborted), asJson ? JsonLines : "text/plain; charset=utf-8");
    }

    private static async Task WriteAsync(Stream body, long run, string task, bool asJson, bool follow, RunStore runs, TaskLogReader log, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(body, leaveOpen: true);
        var last = (Attempt: 0, Seq: 0);
        while (true)
        {
            // asked before the lines are read: what a task writes before its end is then among them
            var isOver = !follow || await runs.ReadAsync(run, cancellationToken) is not { } board || TaskState.IsFinal(board[task].State);
            int found;
            do
            {
                var lines = await log.AfterAsync(run, task, last, cancellationToken);
                foreach (var line in lines)
                {
                    await writer.WriteAsync(asJson
                        ? JsonSerializer.Serialize(new Line(line.Attempt, line.Seq, line.Time, line.Level, line.Text), JsonSerializerOptions.Web) + "\n"
                        : $"{line.Time:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} [{line.Attempt}] {line.Level,-11} {line.Text}\n");
                    last = (line.Attempt, line.Seq);
                }

                found = lines.Count;
            }
            while (found == TaskLogReader.Page);
            await writer.FlushAsync(cancellationToken);
            if (isOver)
            {
                return;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    // a line in the journal's own words; which task it is of, its reader knows
    private sealed record Line(int Attempt, int Seq, DateTime Time, string Level, string Text);
}
