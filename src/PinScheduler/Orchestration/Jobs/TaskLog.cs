using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>The logs of tasks, table `task_log`.</summary>
internal sealed class TaskLog(Warehouse warehouse, IOptions<OrchestrationOptions> options, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _server = loggers.CreateLogger("PinScheduler.Task");

    public AttemptJournal Begin(TaskClaim claim) => new(claim, warehouse, time, _server, options.Value.MaxLogLines);

    /// <summary>A line of ours after the attempt's own.</summary>
    public async Task AppendAsync(long run, string task, int attempt, string text, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // two deliveries at once would take the same number; the line of one of them is enough
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert ignore into task_log (run_id, task_key, attempt, seq, logged_at, level, text)
            select @run, @task, @attempt, coalesce(max(seq), 0) + 1, utc_timestamp(6), 'information', @text from task_log where run_id = @run and task_key = @task and attempt = @attempt
            """, new { run, task, attempt, text }, cancellationToken: cancellationToken));
    }

    /// <summary>Gives the logs of attempts whose process died an end, where they have none yet.</summary>
    public async Task EndLostAsync(long run, string task, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var lost = await connection.QueryAsync<LostAttempt>(new CommandDefinition(
            """
            select a.attempt, a.server, a.error, a.ended_at as EndedAt, l.seq, l.logged_at as LoggedAt, l.text
            from task_attempt a left join task_log l on l.run_id = a.run_id and l.task_key = a.task_key and l.attempt = a.attempt
                and l.seq = (select max(seq) from task_log m where m.run_id = a.run_id and m.task_key = a.task_key and m.attempt = a.attempt)
            where a.run_id = @run and a.task_key = @task and a.state = 'lost'
            """, new { run, task }, cancellationToken: cancellationToken));
        foreach (var attempt in lost.Where(attempt => attempt.Text?.StartsWith(LostAttempt.LastWord, StringComparison.Ordinal) != true))
        {
            await AppendAsync(run, task, attempt.Attempt, attempt.Say(), cancellationToken);
        }
    }
}

/// <summary>An attempt whose process died, with the last line of its log.</summary>
internal sealed record LostAttempt
{
    public const string LastWord = "(last word)";

    public int Attempt { get; init; }

    public string? Server { get; init; }

    public string? Error { get; init; }

    public DateTime EndedAt { get; init; }

    public int? Seq { get; init; }

    public DateTime? LoggedAt { get; init; }

    public string? Text { get; init; }

    public string Say() =>
        $"{LastWord} Nothing more came from this attempt on {Server}. {(LoggedAt is { } at ? $"The last line seen is line {Seq}, of {at:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}" : "It had logged nothing that was stored")}; "
        + $"its lease had ended by {EndedAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}. {Error}";
}
