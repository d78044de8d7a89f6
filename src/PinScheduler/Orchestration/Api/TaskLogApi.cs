using System.Text.Json;
using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Api;

/// <summary>GET /api/runs/{id}/tasks/{task}/log: text, or JSON lines for who accepts them; with follow=true as it grows, to the task's end.</summary>
internal static class TaskLogApi
{
    private const string JsonLines = "application/x-ndjson";
    private const int Page = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private sealed record Line(int Attempt, int Seq, DateTime Time, string Level, string Text);

    public static void MapTaskLogs(this RouteGroupBuilder api) => api.MapGet("/runs/{id}/tasks/{task}/log", ReadAsync)
        .WithSummary("A task's log, of all its attempts").Produces<string>(contentType: "text/plain", additionalContentTypes: JsonLines);

    private static async Task<IResult> ReadAsync(string id, string task, HttpContext http, RunStore runs, Warehouse warehouse, TimeProvider time, CancellationToken cancellationToken, bool follow = false, string? format = null)
    {
        var run = RunsApi.IdOf(id);
        var board = await runs.ReadAsync(run, cancellationToken) ?? throw RefusedException.Unknown($"There is no run '{run}'; GET /api/runs lists what there is.");
        if (!board.Contains(task))
        {
            throw RefusedException.Unknown($"Run {run} has no task '{task}'.{Suggestion.For(task, board.Tasks.Select(known => known.Key))}");
        }

        var asJson = format switch
        {
            null => http.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Value is JsonLines or "application/jsonl" or "application/json"),
            "jsonl" or "json" => true,
            "text" => false,
            _ => throw RefusedException.Invalid($"'format' is '{format}'; it may be text or jsonl."),
        };
        return TypedResults.Stream(body => WriteAsync(body, run, task, asJson, follow, runs, warehouse, time, http.RequestAborted), asJson ? JsonLines : "text/plain; charset=utf-8");
    }

    private static async Task WriteAsync(Stream body, long run, string task, bool asJson, bool follow, RunStore runs, Warehouse warehouse, TimeProvider time, CancellationToken cancellationToken)
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
                var lines = await LinesAsync(warehouse, run, task, last, cancellationToken);
                foreach (var line in lines)
                {
                    await writer.WriteAsync(asJson
                        ? JsonSerializer.Serialize(line, JsonSerializerOptions.Web) + "\n"
                        : $"{line.Time:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} [{line.Attempt}] {line.Level,-11} {line.Text}\n");
                    last = (line.Attempt, line.Seq);
                }

                found = lines.Count;
            }
            while (found == Page);
            await writer.FlushAsync(cancellationToken);
            if (isOver)
            {
                return;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private static async Task<List<Line>> LinesAsync(Warehouse warehouse, long run, string task, (int Attempt, int Seq) after, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<Line>(new CommandDefinition(
            """
            select attempt, seq, logged_at as time, level, text from task_log
            where run_id = @run and task_key = @task and (attempt > @Attempt or (attempt = @Attempt and seq > @Seq)) order by attempt, seq limit @Page
            """, new { run, task, after.Attempt, after.Seq, Page }, cancellationToken: cancellationToken))];
    }
}
