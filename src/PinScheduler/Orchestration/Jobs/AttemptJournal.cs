using System.Globalization;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>Log and progress of one attempt: collected in memory, written in batches, and never a reason for the task to wait or fail.</summary>
internal sealed class AttemptJournal : IAsyncDisposable
{
    private const int MostCharacters = 8_000;

    /// <summary>Of all lines together: what waits for a database that is away must find room in memory.</summary>
    private const long MostCharactersInAll = 8_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Who follows a log that grows fast is to see it grow, not jump once a second; for few lines a commit each time would be too dear.</summary>
    private const int LinesWrittenSooner = 50;

    private static readonly TimeSpan Sooner = TimeSpan.FromMilliseconds(250);

    private readonly TaskClaim _claim;
    private readonly Warehouse _warehouse;
    private readonly TimeProvider _time;
    private readonly ILogger _server;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _flushing = new(1);
    private readonly Lock _lock = new();
    private readonly Task _loop;
    private readonly List<(int Seq, long At, LogLevel Level, string Text)> _lines = [];
    private (long Done, long? Total, string Unit)? _progress;
    private readonly int _mostLines;
    private readonly LogDigest _digest = new();
    private int _seq;
    private long _characters;
    private long _dropped;

    public AttemptJournal(TaskClaim claim, Warehouse warehouse, TimeProvider time, ILogger server, int mostLines)
    {
        (_claim, _warehouse, _time, _server, _mostLines) = (claim, warehouse, time, server, mostLines);
        Logger = new TaskLogger(this, server);
        _loop = FlushEachSecondAsync();
    }

    public ILogger Logger { get; }

    /// <returns>False where the attempt has logged so much that the line is not kept.</returns>
    public bool Write(LogLevel level, string text)
    {
        lock (_lock)
        {
            if (_dropped == 0 && _seq < _mostLines && _characters < MostCharactersInAll)
            {
                Add(level, text);
                return true;
            }

            if (++_dropped == 1)
            {
                Add(LogLevel.Warning, $"({_seq} lines are kept of an attempt's log, 'Pipeline:MaxLogLines'; what follows is not, but for its end. Warnings and errors are in the server's own log.)");
            }

            return false;
        }
    }

    /// <summary>The attempt's last line, kept whatever came before it.</summary>
    public void End(LogLevel level, string text)
    {
        lock (_lock)
        {
            SayDropped();
            Add(level, text);
        }
    }

    public void Report(long done, long? total, string unit)
    {
        lock (_lock)
        {
            _progress = (done, total, unit);
        }
    }

    public async Task FlushAsync()
    {
        await _flushing.WaitAsync();
        try
        {
            await FlushOnceAsync();
        }
        catch (Exception exception) when (Warehouse.IsDatabaseError(exception))
        {
            OrchestrationLog.JournalFailed(_server, exception, _claim.Run, _claim.Key);
        }
        finally
        {
            _flushing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        lock (_lock)
        {
            SayDropped();
        }

        await FlushAsync();
        _end.Dispose();
        _flushing.Dispose();
    }

    private void Add(LogLevel level, string text)
    {
        var line = text.Length > MostCharacters ? text[..MostCharacters] + " …" : text;
        _characters += line.Length;
        _lines.Add((++_seq, _time.GetTimestamp(), level, line));
    }

    private void SayDropped()
    {
        if (_dropped > 0)
        {
            Add(LogLevel.Warning, string.Create(CultureInfo.InvariantCulture, $"({_dropped:N0} lines were not kept)"));
            _dropped = 0;
        }
    }

    private async Task FlushEachSecondAsync()
    {
        using var timer = new PeriodicTimer(Sooner, _time);
        var last = _time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                if (_time.GetElapsedTime(last) >= Interval || HasManyLines())
                {
                    last = _time.GetTimestamp();
                    await FlushAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the attempt has ended
        }
    }

    private bool HasManyLines()
    {
        lock (_lock)
        {
            return _lines.Count >= LinesWrittenSooner;
        }
    }

    private async Task FlushOnceAsync()
    {
        List<(int Seq, long At, LogLevel Level, string Text)> lines;
        (long Done, long? Total, string Unit)? progress;
        lock (_lock)
        {
            lines = [.. _lines];
            (progress, _progress) = (_progress, null);
        }

        if (lines.Count == 0 && progress is null)
        {
            return;
        }

        await using var connection = await _warehouse.OpenAsync(CancellationToken.None);
        foreach (var batch in lines.Chunk(500))
        {
            await InsertAsync(connection, batch);
            lock (_lock)
            {
                _lines.RemoveRange(0, batch.Length);
            }

            await DigestAsync(connection, batch);
        }

        if (progress is { } now)
        {
            await connection.ExecuteAsync(
                """
                insert into task_progress (run_id, task_key, fence, done, total, unit, updated_at) values (@Run, @Key, @fence, @Done, @Total, @unit, utc_timestamp(6))
                on duplicate key update done = if(fence > @fence, done, @Done), total = if(fence > @fence, total, @Total), unit = if(fence > @fence, unit, @unit),
                    updated_at = utc_timestamp(6), fence = greatest(fence, @fence)
                """,
                new { _claim.Run, _claim.Key, fence = _claim.Fence!.Number, now.Done, now.Total, unit = now.Unit.Length > 50 ? now.Unit[..50] : now.Unit });
        }
    }

    // of lines that are stored; when it fails, lines are without one
    private async Task DigestAsync(MySqlConnection connection, (int Seq, long At, LogLevel Level, string Text)[] lines)
    {
        foreach (var line in lines)
        {
            _digest.Add(line.Seq, line.Text);
            if (_digest.IsFull)
            {
                await connection.ExecuteAsync(
                    "insert ignore into task_log_digest (run_id, task_key, attempt, first_seq, last_seq, marks) values (@Run, @Key, @Attempt, @First, @Last, @Marks)",
                    new { _claim.Run, _claim.Key, _claim.Attempt, _digest.First, _digest.Last, _digest.Marks });
                _digest.Clear();
            }
        }
    }

    private async Task InsertAsync(MySqlConnection connection, (int Seq, long At, LogLevel Level, string Text)[] lines)
    {
        var values = new DynamicParameters(new { _claim.Run, _claim.Key, _claim.Attempt });
        var rows = lines.Select((line, i) =>
        {
            values.Add($"s{i}", line.Seq);
            // the database's clock, as for all that is stored; the line is that much older
            values.Add($"a{i}", (long)_time.GetElapsedTime(line.At).TotalMicroseconds);
            values.Add($"l{i}", line.Level.ToString().ToLowerInvariant());
            values.Add($"t{i}", line.Text);
            return $"(@Run, @Key, @Attempt, @s{i}, utc_timestamp(6) - interval @a{i} microsecond, @l{i}, @t{i})";
        });
        await connection.ExecuteAsync($"insert ignore into task_log (run_id, task_key, attempt, seq, logged_at, level, text) values {string.Join(", ", rows)}", values);
    }
}
