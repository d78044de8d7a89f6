using System.Text.RegularExpressions;
using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Api;

/// <summary>Reads the logs of a run's tasks.</summary>
internal sealed class TaskLogReader(Warehouse warehouse)
{
    public const int Page = 1000;

    private const string Columns = "select task_key as Task, attempt, seq, logged_at as Time, level, text from task_log";

    // what is frequent is found among the newest lines, whichever other million there are
    private const int SearchedFirst = 5_000;

    // what is rare is looked for in every line: in parts at once, so that it takes less time, but not all that the database could do
    private const int Parts = 4;

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
        if (filter.Search is null || filter.Task is not null)
        {
            return await LastAsync(run, filter, new Span(filter.Task, filter.Task, Since: null), limit, cancellationToken);
        }

        if (await SearchedFirstAsync(run, cancellationToken) is { Since: not null } newest && await LastAsync(run, filter, newest, limit, cancellationToken) is { } found && found.Count == limit)
        {
            return found;
        }

        var parts = await Task.WhenAll((await PartsAsync(run, cancellationToken)).Select(part => LastAsync(run, filter, part, limit, cancellationToken)));
        return [.. parts.SelectMany(static lines => lines).OrderBy(static line => line.Time).ThenBy(static line => line.Task, StringComparer.Ordinal).ThenBy(static line => line.Attempt).ThenBy(static line => line.Seq).TakeLast(limit)];
    }

    /// <summary>The last line of each task, and whether the run is over: what has changed can be told by it.</summary>
    public async Task<LogEnds> EndsAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // whether it is over is asked first: what is written before the end is then among the lines. The last line is looked up, for max(seq) would read them all
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select count(*) from run where id = @run and ended_at is null;
            select a.task_key, a.attempt,
                (select l.seq from task_log l where l.run_id = a.run_id and l.task_key = a.task_key and l.attempt = a.attempt order by l.seq desc limit 1)
            from task_attempt a where a.run_id = @run order by a.task_key, a.attempt;
            """, new { run }, cancellationToken: cancellationToken));
        var isOver = await read.ReadSingleAsync<int>() == 0;
        var ends = new Dictionary<string, (int Attempt, int Seq)>(StringComparer.Ordinal);
        foreach (var (task, attempt, seq) in await read.ReadAsync<(string Task, int Attempt, int? Seq)>())
        {
            if (seq is { } last)
            {
                ends[task] = (attempt, last);
            }
        }

        return new LogEnds(isOver, ends);
    }

    private async Task<List<LogLine>> LastAsync(long run, LogFilter filter, Span span, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // a task's lines are read in their own order, which costs half of what it does in the order of their times. A regular expression is compiled, and takes half of what 'like' does
        var lines = await connection.QueryAsync<LogLine>(new CommandDefinition(
            $"""
            {Columns} {(span.First is null ? "" : "ignore index (task_log_time)")}
            where run_id = @run {(span.First is null ? "" : span.IsTask ? "and task_key = @First" : "and task_key between @First and @Last")} {(span.Since is null ? "" : "and logged_at >= @Since")}
                {(filter.Levels.Count == 0 ? "" : "and level in @Levels")} {(filter.Search is null ? "" : "and text regexp @pattern")}
            order by {(span.IsTask ? "" : "logged_at desc, task_key desc,")} attempt desc, seq desc limit @limit
            """,
            new { run, span.First, span.Last, span.Since, filter.Levels, pattern = "(?i)" + Regex.Escape(filter.Search ?? ""), limit }, cancellationToken: cancellationToken));
        return [.. lines.Reverse()];
    }

    private async Task<Span> SearchedFirstAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return new Span(First: null, Last: null, await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(
            "select logged_at from task_log where run_id = @run order by logged_at desc limit 1 offset @SearchedFirst", new { run, SearchedFirst }, cancellationToken: cancellationToken)));
    }

    // from a task to another: a list of them would be looked through for each line
    private async Task<IEnumerable<Span>> PartsAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var tasks = (await connection.QueryAsync<string>(new CommandDefinition("select distinct task_key from task_attempt where run_id = @run order by task_key", new { run }, cancellationToken: cancellationToken))).ToList();
        return tasks.Chunk(Math.Max(1, (tasks.Count + Parts - 1) / Parts)).Select(static part => new Span(part[0], part[^1], Since: null));
    }

    /// <param name="First">The first of the tasks, by key; null: all.</param>
    /// <param name="Last">The last of them.</param>
    /// <param name="Since">When it was said; null: ever.</param>
    private sealed record Span(string? First, string? Last, DateTime? Since)
    {
        public bool IsTask => First is not null && First == Last;
    }
}

/// <param name="IsOver">The run's, before its lines were looked at.</param>
/// <param name="Tasks">The last line of each that has one.</param>
internal sealed record LogEnds(bool IsOver, IReadOnlyDictionary<string, (int Attempt, int Seq)> Tasks);

internal sealed record LogLine(string Task, int Attempt, int Seq, DateTime Time, string Level, string Text);

/// <param name="Task">Null: all.</param>
/// <param name="Level">From this one up; null: all.</param>
/// <param name="Search">A text in the line; null: any.</param>
internal sealed record LogFilter(string? Task, string? Level, string? Search)
{
    public IReadOnlyList<string> Levels { get; } = Level is null ? [] : [.. TaskLogReader.Levels.SkipWhile(level => level != Level)];

    public bool Takes(LogLine line) => (Levels.Count == 0 || Levels.Contains(line.Level)) && (Search is null || line.Text.Contains(Search, StringComparison.OrdinalIgnoreCase));
}
