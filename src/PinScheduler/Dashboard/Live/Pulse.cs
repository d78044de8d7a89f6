using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Dashboard.Live;

/// <summary>
/// Tells open pages that what they show has changed. However many are open, the database is asked once a second, two small questions about the
/// runs that are not over; while none is open, not at all.
/// </summary>
internal sealed class Pulse(Warehouse warehouse, TimeProvider time) : IDisposable
{
    /// <summary>What a list of runs or pipelines follows.</summary>
    public const string Runs = "runs";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1);
    private (long At, Dictionary<string, string> Marks)? _last;

    public static string OfRun(long run) => $"run/{run}";

    /// <summary>A text that changes when the topic's runs do.</summary>
    public async Task<string> MarkAsync(string topic, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is not { } last || time.GetElapsedTime(last.At) >= Interval)
            {
                _last = last = (time.GetTimestamp(), await ReadAsync(cancellationToken));
            }

            // of a run that is over nothing changes until it is retried
            return last.Marks.GetValueOrDefault(topic, "over");
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Dictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select r.id, r.state, concat_ws('/',
                (select sum(crc32(concat_ws('|', t.task_key, t.state, t.attempts, t.started_at, t.ended_at, t.retry_at))) from task_run t where t.run_id = r.id),
                (select sum(p.done) from task_progress p where p.run_id = r.id)) as mark
            from run r where r.state in ('queued', 'running');
            select concat_ws('/', (select max(id) from run), (select sum(crc32(concat_ws('|', pipeline, paused_at, paused_until))) from pipeline_state));
            """, cancellationToken: cancellationToken));
        var open = (await read.ReadAsync<(long Id, string State, string Mark)>()).ToList();
        var marks = open.ToDictionary(run => OfRun(run.Id), run => run.State + run.Mark);
        marks[Runs] = await read.ReadSingleAsync<string>() + string.Concat(open.Select(run => $"/{run.Id}{run.State}"));
        return marks;
    }
}
