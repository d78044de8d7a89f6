using System.Data;
using System.Text;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Orchestration.Events;
using PinScheduler.Telemetry;

namespace PinScheduler.Orchestration.Runs;

/// <summary>
/// Reads runs and changes them, one change of a run at a time: each locks the run's row first. It takes no lock of Hangfire's, and whoever
/// needs `pipeline_state` too locks that before.
/// </summary>
internal sealed class RunStore(Warehouse warehouse, VersionStore versions, RunBalance balance, RunEvents events)
{
    public const string RunColumns =
        "id, pipeline, version, logical_date as LogicalDate, state, `trigger`, requested_by as RequestedBy, parameters, reason, scheduled_for as ScheduledFor, active_of as ActiveOf, cancelled_at as CancelledAt, restarted_from as RestartedFrom, created_at as CreatedAt, started_at as StartedAt, ended_at as EndedAt, idle, utc_timestamp(6) as ReadAt";

    private const string TaskColumns =
        "task_key as `Key`, ordinal, state, reason, attempts, failures, lost, fence, hangfire_job_id as Job, counts, error, server, started_at as StartedAt, ended_at as EndedAt, retry_at as RetryAt";

    /// <summary>Its number is `task_run.fence`: it is taken with it, under the run's lock.</summary>
    public static string FenceName(long run, string task) => $"run/{run}/{task}";

    /// <summary>The run as it is now; null where there is none.</summary>
    public async Task<RunBoard?> ReadAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await using var moment = await BeginMomentAsync(connection, cancellationToken);
        return await ReadAsync(connection, moment, run);
    }

    /// <summary>All that is read in it is of one moment.</summary>
    public static ValueTask<MySqlTransaction> BeginMomentAsync(MySqlConnection connection, CancellationToken cancellationToken) => connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    public Task<RunBoard?> ReadAsync(MySqlConnection connection, MySqlTransaction moment, long run) => LoadAsync(connection, moment, run, lockIt: false);

    /// <summary>Runs a change and what follows from it in one transaction. It may be called more than once, after a deadlock.</summary>
    public Task<(T Result, RunBoard Board)> ChangeAsync<T>(long run, Func<RunBoard, T> change, CancellationToken cancellationToken) =>
        ChangeAsync(run, (board, _, _) => Task.FromResult(change(board)), cancellationToken);

    public async Task<(T Result, RunBoard Board)> ChangeAsync<T>(long run, Func<RunBoard, MySqlConnection, MySqlTransaction, Task<T>> change, CancellationToken cancellationToken)
    {
        var changed = await warehouse.TransactPlainAsync((connection, transaction) => ChangeAsync(connection, transaction, run, change), cancellationToken);
        if (changed.Board is { HasJustEnded: true, Run: var ended })
        {
            SchedulerTelemetry.RunEnded(warehouse.DatabaseName, run, ended.Pipeline, ended.State, ended.StartedAt, ended.EndedAt ?? ended.ReadAt, ended.Took(ended.ReadAt) ?? TimeSpan.Zero);
        }

        return changed;
    }

    /// <summary>The same within a transaction that has begun.</summary>
    public async Task<(T Result, RunBoard Board)> ChangeAsync<T>(MySqlConnection connection, MySqlTransaction transaction, long run, Func<RunBoard, MySqlConnection, MySqlTransaction, Task<T>> change)
    {
        var board = await LoadAsync(connection, transaction, run, lockIt: true) ?? throw RefusedException.Unknown($"There is no run '{run}'.");
        var before = (board.Run, Tasks: board.Tasks.ToDictionary(task => task.Key, StringComparer.Ordinal));
        var result = await change(board, connection, transaction);
        board.Settle();
        await SaveAsync(connection, transaction, board, before.Run, before.Tasks);
        if (board.HasJustEnded)
        {
            await balance.DrawAsync(connection, transaction, board);
        }

        await events.FollowAsync(connection, transaction, before.Run, board);

        return (result, board);
    }

    /// <summary>Shows a waiting task whose job is about to be enqueued as queued. Neither state lets a run end, and whether it may run is not decided here: so no lock is needed.</summary>
    public async Task MarkQueuedAsync(long run, string task, string job, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update task_run set state = 'queued', reason = null, ended_at = null where run_id = @run and task_key = @task and hangfire_job_id = @job and state = 'waiting'",
            new { run, task, job }, cancellationToken: cancellationToken));
    }

    private async Task<RunBoard?> LoadAsync(MySqlConnection connection, MySqlTransaction transaction, long run, bool lockIt)
    {
        // locked by a statement of its own: one that waits for the lock tells the time at which it began to wait
        await using var read = await connection.QueryMultipleAsync(
            $"{(lockIt ? "select 1 from run where id = @run for update; " : "")}select {RunColumns} from run where id = @run; select {TaskColumns} from task_run where run_id = @run order by ordinal;",
            new { run }, transaction);
        if (lockIt)
        {
            await read.ReadAsync<int>();
        }

        var row = await read.ReadSingleOrDefaultAsync<RunRow>();
        var tasks = await read.ReadAsync<TaskRow>();
        if (row is null)
        {
            return null;
        }

        await read.DisposeAsync();
        return new RunBoard(row, tasks, (await versions.GetAsync(connection, row.Pipeline, row.Version, transaction)).Graph);
    }

    private static async Task SaveAsync(MySqlConnection connection, MySqlTransaction transaction, RunBoard board, RunRow run, Dictionary<string, TaskRow> tasks)
    {
        var sql = new StringBuilder();
        var values = new DynamicParameters(new { run = run.Id });
        if (board.Run != run)
        {
            sql.Append("update run set state = @RunState, reason = @RunReason, active_of = @ActiveOf, cancelled_at = @CancelledAt, restarted_from = @RestartedFrom, started_at = @RunStartedAt, ended_at = @RunEndedAt, idle = @Idle where id = @run;");
            values.AddDynamicParams(new { RunState = board.Run.State, RunReason = board.Run.Reason, board.Run.ActiveOf, board.Run.CancelledAt, board.Run.RestartedFrom, RunStartedAt = board.Run.StartedAt, RunEndedAt = board.Run.EndedAt, board.Run.Idle });
        }

        // numbered by their place in the change: most change one task, by statements that are known by then; a text of its own for each task would be compiled for each
        foreach (var (n, task) in board.Tasks.Where(task => task != tasks[task.Key]).Index())
        {
            sql.Append($"""
                update task_run set state = @s{n}, reason = @r{n}, attempts = @a{n}, failures = @f{n}, lost = @l{n}, fence = @n{n}, hangfire_job_id = @j{n}, counts = @c{n}, error = @e{n}, server = @v{n}, started_at = @b{n}, ended_at = @d{n}, retry_at = @t{n}
                where run_id = @run and task_key = @k{n};
                """);
            foreach (var (name, value) in new (string, object?)[]
            {
                ("s", task.State), ("r", task.Reason), ("a", task.Attempts), ("f", task.Failures), ("l", task.Lost), ("n", task.Fence), ("j", task.Job), ("c", task.Counts), ("e", task.Error), ("v", task.Server),
                ("b", task.StartedAt), ("d", task.EndedAt), ("t", task.RetryAt), ("k", task.Key),
            })
            {
                values.Add($"{name}{n}", value);
            }

            SaveAttempts(sql, values, board, tasks[task.Key], task, n);
        }

        if (sql.Length > 0)
        {
            values.Add("now", board.Now);
            await connection.ExecuteAsync(sql.ToString(), values, transaction);
        }
    }

    private static void SaveAttempts(StringBuilder sql, DynamicParameters values, RunBoard board, TaskRow before, TaskRow task, int n)
    {
        var begins = task.Attempts > before.Attempts;
        if (before.State == TaskState.Running && (begins || task.State != TaskState.Running))
        {
            var (state, error) = board.EndOf(task.Key);
            sql.Append($"update task_attempt set state = @as{n}, error = @ae{n}, ended_at = @now where run_id = @run and task_key = @k{n} and ended_at is null;");
            values.Add($"as{n}", state);
            values.Add($"ae{n}", error);
        }

        if (begins)
        {
            sql.Append(before.Attempts > 0 ? $"delete from task_progress where run_id = @run and task_key = @k{n};" : "");
            sql.Append($"insert into task_attempt (run_id, task_key, attempt, state, server, hangfire_job_id, started_at) values (@run, @k{n}, @a{n}, 'running', @v{n}, @j{n}, @now);");
        }

        if (task.Fence != before.Fence)
        {
            // last, because an attempt that is about to commit holds the fence's row
            sql.Append($"insert into task_fence (name, number) values (@q{n}, @n{n}) on duplicate key update number = @n{n};");
            values.Add($"q{n}", FenceName(board.Run.Id, task.Key));
        }
    }
}
