using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Dashboard.Live;

/// <summary>
/// Tells open pages that what they show has changed. However many are open, the database is asked once a second, three small questions about the
/// runs that are not over; while none is open, not at all.
/// </summary>
internal sealed class Pulse(Warehouse warehouse, TimeProvider time) : IDisposable
{
    /// <summary>What a list of runs or pipelines follows.</summary>
    public const string Runs = "runs";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1);
    private (long At, Dictionary<string, string> Marks, string Over)? _last;

    public static string OfRun(long run) => $"run/{run}";

    /// <summary>A text that changes when the topic's runs do.</summary>
    public async Task<string> MarkAsync(string topic, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is not { } last || time.GetElapsedTime(last.At) >= Interval)
            {
                var (marks, over) = await ReadAsync(cancellationToken);
                _last = last = (time.GetTimestamp(), marks, over);
            }

            return last.Marks.GetValueOrDefault(topic, last.Over);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<(Dictionary<string, string> Marks, string Over)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select r.id, r.state, concat_ws('/',
                (select sum(crc32(concat_ws('|', t.task_key, t.state, t.attempts, t.started_at, t.ended_at, t.retry_at))) from task_run t where t.run_id = r.id),
                (select sum(p.done) from task_progress p where p.run_id = r.id)) as mark
            from run r where r.state in ('queued', 'running');
            select concat_ws('/', (select max(id) from run), (select sum(crc32(concat_ws('|', pipeline, paused_at, paused_until))) from pipeline_state));
            select concat('over/', coalesce((select max(id) from run_act), 0));
            """, cancellationToken: cancellationToken));
        var open = (await read.ReadAsync<(long Id, string State, string Mark)>()).ToList();
        var marks = open.ToDictionary(run => OfRun(run.Id), run => run.State + run.Mark);
        var all = await read.ReadSingleAsync<string>();
        // of a run that is over nothing changes until somebody acts on it; it may be over again before anyone has looked
        var over = await read.ReadSingleAsync<string>();
        marks[Runs] = $"{all}/{over}" + string.Concat(open.Select(run => $"/{run.Id}{run.State}"));
        return (marks, over);
    }
}
