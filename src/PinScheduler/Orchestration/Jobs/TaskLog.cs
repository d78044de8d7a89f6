using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>The logs of tasks, table `task_log`.</summary>
internal sealed class TaskLog(Warehouse warehouse, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _server = loggers.CreateLogger("PinScheduler.Task");

    public AttemptJournal Begin(TaskClaim claim) => new(claim, warehouse, time, _server);

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
}
