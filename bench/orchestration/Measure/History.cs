using Dapper;
using MySqlConnector;

namespace OrchestrationBench.Measure;

/// <summary>Runs that ended long ago, as they would stand in the tables; their jobs are gone.</summary>
internal static class History
{
    public static Task AddAsync(MySqlConnection connection, int runs, int tasks, string version) => connection.ExecuteAsync(
        """
        insert into run (id, pipeline, version, logical_date, state, `trigger`, parameters, created_at, started_at, ended_at)
            select 100000 + seq, @pipeline, @version, date '2020-01-01' + interval seq day, 'succeeded', 'schedule', '{}', now(6), now(6), now(6) from seq_0_to_999999 where seq < @runs;
        insert into task_run (run_id, task_key, ordinal, state, attempts, failures, fence, hangfire_job_id, counts, started_at, ended_at)
            select 100000 + run.seq, concat('l', task.seq, 't0'), task.seq, 'succeeded', 1, 0, 1, 'gone', '{}', now(6), now(6) from seq_0_to_999999 run, seq_0_to_999 task where run.seq < @runs and task.seq < @tasks;
        insert into task_attempt (run_id, task_key, attempt, state, server, hangfire_job_id, started_at, ended_at)
            select run_id, task_key, 1, 'succeeded', 'somewhere', 'gone', started_at, ended_at from task_run where run_id >= 100000;
        insert into task_fence (name, number) select concat('run/', run_id, '/', task_key), 1 from task_run where run_id >= 100000;
        """, new { pipeline = Shapes.Chain30, version, runs, tasks }, commandTimeout: 600);
}
