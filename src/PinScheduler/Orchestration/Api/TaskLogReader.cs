using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Api;

/// <summary>Reads the logs of a run's tasks.</summary>
internal sealed class TaskLogReader(Warehouse warehouse)
{
    public const int Page = 1000;

    private const string Columns = "select task_key as Task, attempt, seq, logged_at as Time, level, text from task_log";

    public static IReadOnlyList<string> Levels { get; } = ["information", "warning", "error", "critical"];

    /// <summary>A task's lines after one, a page at most.</summary>
    public async Task<List<LogLine>> AfterAsync(long run, string task, (int Attempt, int Seq) after, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<LogLine>(new CommandDefinition(
            $"{Columns} where run_id = @run and task_key = @task and (attempt > @Attempt or (attempt = @Attempt and seq > @Seq)) order by attempt, seq limit @Page",
            new { run, task, after.Attempt, after.Seq, Page }, cancellationToken: cancellationToken))];
    }

    /// <summary>The last lines of one task or of all, from a level up and with a text in them, the oldest of them first.</summary>
    public async Task<List<LogLine>> LastAsync(long run, LogFilter filter, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var lines = await connection.QueryAsync<LogLine>(new CommandDefinition(
            $"""
            {Columns}
            where run_id = @run {(filter.Task is null ? "" : "and task_key = @Task")} {(filter.Levels.Count == 0 ? "" : "and level in @Levels")} {(filter.Search is null ? "" : "and text like @pattern collate utf8mb4_general_ci")}
            order by {(filter.Task is null ? "logged_at desc, task_key desc," : "")} attempt desc, seq desc limit @limit
            """,
            new { run, filter.Task, filter.Levels, pattern = $"%{filter.Search?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%", limit }, cancellationToken: cancellationToken));
        return [.. lines.Reverse()];
    }

    /// <summary>How many lines each of the run's tasks has: what has changed can be told by it.</summary>
    public async Task<Dictionary<string, (int Attempt, int Seq)>> EndsAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<(string Task, int Attempt, int Seq)>(new CommandDefinition(
            "select task_key, attempt, max(seq) from task_log where run_id = @run group by task_key, attempt order by task_key, attempt", new { run }, cancellationToken: cancellationToken)))
            .GroupBy(static end => end.Task).ToDictionary(static task => task.Key, static task => (task.Last().Attempt, task.Last().Seq), StringComparer.Ordinal);
    }
}

internal sealed record LogLine(string Task, int Attempt, int Seq, DateTime Time, string Level, string Text);

/// <param name="Task">Null: all.</param>
/// <param name="Level">From this one up; null: all.</param>
/// <param name="Search">A text in the line; null: any.</param>
internal sealed record LogFilter(string? Task, string? Level, string? Search)
{
    public IReadOnlyList<string> Levels { get; } = Level is null ? [] : [.. TaskLogReader.Levels.SkipWhile(level => level != Level)];

    public bool Takes(LogLine line) => (Levels.Count == 0 || Levels.Contains(line.Level)) && (Search is null || line.Text.Contains(Search, StringComparison.OrdinalIgnoreCase));
}
