using System.Collections.Concurrent;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Orchestration.Runs;

/// <summary>How long each task of a pipeline usually takes, by the runs before one.</summary>
internal sealed class UsualTimes
{
    private const int Runs = 20;

    // who watches a run asks several times a second, and the runs before it are over: one run a pipeline is watched
    private readonly ConcurrentDictionary<string, (long Run, IReadOnlyDictionary<string, UsualTime> Times)> _known = new(StringComparer.Ordinal);

    /// <summary>The medians of what succeeded in the last twenty runs before this one; a task that never did is not in it.</summary>
    public async Task<IReadOnlyDictionary<string, UsualTime>> OfAsync(MySqlConnection connection, MySqlTransaction moment, RunBoard board, CancellationToken cancellationToken)
    {
        var run = board.Run;
        if (_known.TryGetValue(run.Pipeline, out var known) && known.Run == run.Id)
        {
            return known.Times;
        }

        var attempts = await connection.QueryAsync<(long Run, string Task, int Attempt, DateTime Asked, DateTime Began, DateTime Ended)>(new CommandDefinition(
            """
            select a.run_id, a.task_key, a.attempt, earlier.started_at, a.started_at, a.ended_at
            from (select id, started_at from run where pipeline = @Pipeline and id < @Id and started_at is not null order by id desc limit @Runs) earlier
            join task_attempt a on a.run_id = earlier.id
            where a.state = 'succeeded'
            order by a.run_id, a.task_key, a.attempt
            """, new { run.Pipeline, run.Id, Runs }, moment, cancellationToken: cancellationToken));
        var (ran, waited) = (new List<(string Task, TimeSpan Time)>(), new List<(string Task, TimeSpan Time)>());
        foreach (var earlier in attempts.GroupBy(static attempt => attempt.Run))
        {
            var ends = earlier.GroupBy(static attempt => attempt.Task).ToDictionary(static task => task.Key, static task => task.Max(static attempt => attempt.Ended), StringComparer.Ordinal);
            foreach (var attempt in earlier.Where(attempt => board.Graph.Contains(attempt.Task)))
            {
                ran.Add((attempt.Task, attempt.Ended - attempt.Began));
                var ready = board.Graph.Parents(attempt.Task, parent => !ends.ContainsKey(parent)).Select(parent => ends[parent]).Append(attempt.Asked).Max();
                if (attempt.Attempt == 1 && ready <= attempt.Began)
                {
                    waited.Add((attempt.Task, attempt.Began - ready));
                }
            }
        }

        var waits = Medians(waited);
        var times = Medians(ran).ToDictionary(static task => task.Key, task => new UsualTime(waits.GetValueOrDefault(task.Key), task.Value), StringComparer.Ordinal);
        _known[run.Pipeline] = (run.Id, times);
        return times;
    }

    private static Dictionary<string, TimeSpan> Medians(IEnumerable<(string Task, TimeSpan Time)> times) => times.GroupBy(static one => one.Task, static one => one.Time).ToDictionary(static task => task.Key, static task =>
    {
        var sorted = task.Order().ToList();
        return TimeSpan.FromMicroseconds((long)(sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]).TotalMicroseconds / 2);
    }, StringComparer.Ordinal);
}

/// <summary>How long a task that may run waits for a worker, and how long it then runs.</summary>
internal sealed record UsualTime(TimeSpan Waits, TimeSpan Runs);
