using Dapper;
using Microsoft.Extensions.Options;
using MySqlConnector;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Events;

/// <summary>Sees in each change of a run what people should be told, and writes it down in the change's own transaction.</summary>
internal sealed class RunEvents(PipelineCatalog pipelines, EventOutbox outbox, IOptions<OrchestrationOptions> options)
{
    public const int TimesUsual = 3;

    /// <summary>After each change of a run, when it is written but not committed.</summary>
    public async Task FollowAsync(MySqlConnection connection, MySqlTransaction transaction, RunRow before, RunBoard board)
    {
        if (before.IsEnded && !board.Run.IsEnded)
        {
            await RunLimits.ReopenAsync(connection, transaction, board.Run.Id, pipelines.Find(board.Run.Pipeline)?.Definition.Deadline);
        }
        else if (board.HasJustEnded)
        {
            await NoteLimitsAsync(connection, transaction, board);
            await EndAsync(connection, transaction, board);
        }
    }

    /// <summary>Notes, once, that the run's deadline has passed and that it takes unusually long.</summary>
    public async Task NoteLimitsAsync(MySqlConnection connection, MySqlTransaction transaction, RunBoard board)
    {
        var limit = await RunLimits.ReadAsync(connection, transaction, board.Run.Id);
        if (limit is { MissedAt: null, DeadlineAt: { } deadline } && deadline <= board.Now)
        {
            await RunLimits.MarkMissedAsync(connection, transaction, board.Run.Id);
            await outbox.AddAsync(connection, transaction, Event(EventKind.Deadline, board) with { DeadlineAt = deadline, Cancels = !board.Run.IsEnded && Cancels(board.Run, limit) ? true : null });
        }

        // only beyond that is it asked what is usual
        if (limit is { SlowAt: null, ReopenedAt: null } && board.Run.StartedAt is { } started && board.Now - started >= TimeSpan.FromSeconds(options.Value.SlowAfterSeconds) && IsWhole(board)
            && await RunDurations.UsualAsync(connection, transaction, board.Run.Pipeline) is { } usual && board.Now - started > TimesUsual * usual)
        {
            await RunLimits.MarkSlowAsync(connection, transaction, board.Run.Id);
            await outbox.AddAsync(connection, transaction, Event(EventKind.Slow, board) with { UsualSeconds = usual.TotalSeconds });
        }
    }

    /// <summary>Whether the run is to be cancelled at its deadline: not where that had passed before it was made, as it is after a long outage.</summary>
    public bool Cancels(RunRow run, RunLimitRow limit) =>
        pipelines.Find(run.Pipeline)?.Definition.CancelAtDeadline == true && limit.DeadlineAt > (limit.ReopenedAt ?? run.CreatedAt);

    private async Task EndAsync(MySqlConnection connection, MySqlTransaction transaction, RunBoard board)
    {
        var run = board.Run;
        if (run.State == RunState.Failed)
        {
            await connection.ExecuteAsync(
                """
                insert into pipeline_health (pipeline, failing_run, failing_since) values (@Pipeline, @Id, utc_timestamp(6))
                on duplicate key update failing_run = coalesce(failing_run, values(failing_run)), failing_since = coalesce(failing_since, values(failing_since))
                """, new { run.Pipeline, run.Id }, transaction);
            await AddWithWarningsAsync(connection, transaction, Event(EventKind.Failed, board));
        }
        else if (run.State == RunState.Succeeded && IsWhole(board) && await RecoverAsync(connection, transaction, run) is ({ } failing, var since))
        {
            await AddWithWarningsAsync(connection, transaction, Event(EventKind.Recovered, board) with { FailingRun = failing.ToString(), FailingSince = since });
        }
        else if (run.State == RunState.Succeeded && outbox.Want(EventKind.Warnings) && await WarningsAsync(connection, transaction, run.Id) is { Count: > 0 } warnings)
        {
            await outbox.AddAsync(connection, transaction, Event(EventKind.Warnings, board).With(warnings));
        }
    }

    private static async Task<(long? Run, DateTime? Since)> RecoverAsync(MySqlConnection connection, MySqlTransaction transaction, RunRow run)
    {
        var failing = await connection.QuerySingleOrDefaultAsync<(long? Run, DateTime? Since)>(
            "select failing_run, failing_since from pipeline_health where pipeline = @Pipeline and failing_run is not null for update", new { run.Pipeline }, transaction);
        if (failing.Run is not null)
        {
            await connection.ExecuteAsync("update pipeline_health set failing_run = null, failing_since = null where pipeline = @Pipeline", new { run.Pipeline }, transaction);
        }

        return failing;
    }

    private async Task AddWithWarningsAsync(MySqlConnection connection, MySqlTransaction transaction, RunEvent happened) =>
        await outbox.AddAsync(connection, transaction, outbox.Want(happened.Kind) ? happened.With(await WarningsAsync(connection, transaction, long.Parse(happened.Run))) : happened);

    private static async Task<List<string>> WarningsAsync(MySqlConnection connection, MySqlTransaction transaction, long run) =>
        [.. await connection.QueryAsync<string>("select text from run_warning where run_id = @run order by id", new { run }, transaction)];

    private RunEvent Event(string kind, RunBoard board) => RunEvent.Of(kind, pipelines.Find(board.Run.Pipeline)?.Definition.Title ?? board.Run.Pipeline, board);

    // a run of some of the tasks by hand neither proves that all is well again nor says how long all takes
    private static bool IsWhole(RunBoard board) => !board.Tasks.Any(task => task is { State: TaskState.Skipped, Reason: PreparedRun.NotAskedFor });
}
