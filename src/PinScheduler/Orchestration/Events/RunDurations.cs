using Dapper;
using MySqlConnector;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Events;

/// <summary>How long a pipeline's runs usually take.</summary>
internal static class RunDurations
{
    private const int Newest = 20;

    /// <summary>Fewer say nothing about what is usual.</summary>
    private const int Fewest = 5;

    /// <summary>The median of the last twenty whole runs that succeeded at the first go; null where there are too few.</summary>
    public static async Task<TimeSpan?> UsualAsync(MySqlConnection connection, MySqlTransaction? transaction, string pipeline)
    {
        var durations = (await connection.QueryAsync<long>(
            """
            select timestampdiff(microsecond, r.started_at, r.ended_at) from run r
            where r.pipeline = @pipeline and r.state = 'succeeded'
                and not exists (select 1 from run_limit l where l.run_id = r.id and l.reopened_at is not null)
                and not exists (select 1 from task_run t where t.run_id = r.id and t.state = 'skipped' and t.reason = @NotAskedFor)
            order by r.id desc limit @Newest
            """, new { pipeline, PreparedRun.NotAskedFor, Newest }, transaction)).Order().ToList();
        return durations.Count < Fewest ? null : TimeSpan.FromMicroseconds((durations[(durations.Count - 1) / 2] + durations[durations.Count / 2]) / 2);
    }
}
