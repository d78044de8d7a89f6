using System.Text.RegularExpressions;
using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Jobs;

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

    // more pieces would make a statement that costs more than the lines between them
    private const int MostRanges = 400;

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
        if (filter.Task is { } task)
        {
            return await OfTaskAsync(run, filter, task, limit, cancellationToken);
        }

        var newest = await NewestAsync(run, filter, limit, cancellationToken);
        if (filter.Search is null || newest.Count == limit)
        {
            return newest;
        }

        var ranges = await RangesAsync(run, filter.Search, cancellationToken);
        var parts = await Task.WhenAll(ranges.Chunk(Math.Max(1, (ranges.Count + Parts - 1) / Parts)).Select(part => InAsync(run, filter, part, limit, cancellationToken)));
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

    // of each level the newest, by the index alone; then of these. A text is looked for in the newest only
    private async Task<List<LogLine>> NewestAsync(long run, LogFilter filter, int limit, CancellationToken cancellationToken)
    {
        const string NewestFirst = "order by logged_at desc, task_key desc, attempt desc, seq desc limit";
        var levels = (filter.Levels.Count == 0 ? Levels : filter.Levels).Select(level => $"(select task_key, attempt, seq, logged_at from task_log where run_id = @run and level = '{level}' {Before(filter)} {NewestFirst} @most)");
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var lines = await connection.QueryAsync<LogLine>(new CommandDefinition(
            $"""
            {Columns} join ({string.Join(" union all ", levels)} {NewestFirst} @most) newest using (task_key, attempt, seq, logged_at)
            where run_id = @run {WithText(filter)}
            order by newest.logged_at desc, newest.task_key desc, newest.attempt desc, newest.seq desc limit @limit
            """,
            new { run, pattern = Pattern(filter), filter.Before?.Time, filter.Before?.Task, filter.Before?.Attempt, filter.Before?.Seq, most = filter.Search is null ? limit : Math.Max(limit, SearchedFirst), limit }, cancellationToken: cancellationToken));
        return [.. lines.Reverse()];
    }

    private async Task<List<LogLine>> OfTaskAsync(long run, LogFilter filter, string task, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var lines = await connection.QueryAsync<LogLine>(new CommandDefinition(
            $"{Columns} where run_id = @run and task_key = @task {(filter.Before is null ? "" : "and (attempt < @Attempt or (attempt = @Attempt and seq < @Seq))")} {WithLevel(filter)} {WithText(filter)} order by attempt desc, seq desc limit @limit",
            new { run, task, filter.Levels, pattern = Pattern(filter), filter.Before?.Attempt, filter.Before?.Seq, limit }, cancellationToken: cancellationToken));
        return [.. lines.Reverse()];
    }

    // an attempt's lines are read in their own order, which costs half of what it does in the order of their times
    private async Task<IEnumerable<LogLine>> InAsync(long run, LogFilter filter, Range[] ranges, int limit, CancellationToken cancellationToken)
    {
        var values = new DynamicParameters(new { run, filter.Levels, pattern = Pattern(filter), filter.Before?.Time, filter.Before?.Task, filter.Before?.Attempt, filter.Before?.Seq, limit });
        var parts = ranges.Select((range, place) =>
        {
            values.Add($"task{place}", range.Task);
            values.Add($"attempt{place}", range.Attempt);
            values.Add($"first{place}", range.First);
            values.Add($"last{place}", range.Last);
            return $"({Columns} ignore index (task_log_time) where run_id = @run and task_key = @task{place} and attempt = @attempt{place} and seq between @first{place} and @last{place} {Before(filter)} {WithLevel(filter)} {WithText(filter)} order by seq desc limit @limit)";
        });
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.QueryAsync<LogLine>(new CommandDefinition(string.Join(" union all ", parts), values, cancellationToken: cancellationToken));
    }

    // where the text may be: all of each attempt, but for what its digests rule out
    private async Task<List<Range>> RangesAsync(long run, string text, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select task_key, attempt from task_attempt where run_id = @run order by task_key, attempt;
            select task_key, attempt, first_seq, last_seq, marks from task_log_digest where run_id = @run order by task_key, attempt, first_seq;
            """, new { run }, cancellationToken: cancellationToken));
        var attempts = (await read.ReadAsync<(string Task, int Attempt)>()).ToList();
        var without = (await read.ReadAsync<(string Task, int Attempt, int First, int Last, byte[] Marks)>()).Where(digest => !LogDigest.MayHave(digest.Marks, text)).ToLookup(static digest => (digest.Task, digest.Attempt));
        var ranges = new List<Range>();
        foreach (var attempt in attempts)
        {
            var next = 1;
            foreach (var digest in without[attempt])
            {
                if (digest.First > next)
                {
                    ranges.Add(new Range(attempt.Task, attempt.Attempt, next, digest.First - 1));
                }

                next = digest.Last + 1;
            }

            ranges.Add(new Range(attempt.Task, attempt.Attempt, next, int.MaxValue));
        }

        return ranges.Count <= MostRanges ? ranges : attempts.ConvertAll(static attempt => new Range(attempt.Task, attempt.Attempt, 1, int.MaxValue));
    }

    private static string WithLevel(LogFilter filter) => filter.Levels.Count == 0 ? "" : "and level in @Levels";

    // the time by itself, too: of that the index can begin
    private static string Before(LogFilter filter) => filter.Before is null ? "" : "and logged_at <= @Time and (logged_at, task_key, attempt, seq) < (@Time, @Task, @Attempt, @Seq)";

    // a regular expression is compiled, and takes half of what 'like' does
    private static string WithText(LogFilter filter) => filter.Search is null ? "" : "and text regexp @pattern";

    private static string? Pattern(LogFilter filter) => filter.Search is { } text ? "(?i)" + Regex.Escape(text) : null;

    private sealed record Range(string Task, int Attempt, int First, int Last);
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
    /// <summary>Lines before this one; null: up to the last.</summary>
    public LogPlace? Before { get; init; }


    public IReadOnlyList<string> Levels { get; } = Level is null ? [] : [.. TaskLogReader.Levels.SkipWhile(level => level != Level)];

    public bool Takes(LogLine line) => (Levels.Count == 0 || Levels.Contains(line.Level)) && (Search is null || line.Text.Contains(Search, StringComparison.OrdinalIgnoreCase));
}
