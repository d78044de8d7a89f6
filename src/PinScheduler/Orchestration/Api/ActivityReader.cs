using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Orchestration.Api;

/// <summary>Who did what: the runs that were asked for, and what was done to runs by hand.</summary>
internal sealed class ActivityReader(Warehouse warehouse)
{
    /// <summary>The newest first.</summary>
    /// <param name="before">Only what is older; null: from now.</param>
    /// <param name="limit">So many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<ActivityRow>> ListAsync(DateTime? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // each half by its key backwards, which ends at the limit
        return (await connection.QueryAsync<ActivityRow>(new CommandDefinition(
            """
            (select r.created_at as At, 'run' as Act, r.`trigger` as How, r.requested_by as Whom, null as Task, null as Reason, r.id as Run, r.pipeline as Pipeline, r.state as State
                from run r where (@before is null or r.created_at < @before) order by r.id desc limit @limit)
            union all
            (select a.created_at, a.act, null, a.requested_by, a.task_key, a.reason, a.run_id, r.pipeline, r.state
                from run_act a join run r on r.id = a.run_id where (@before is null or a.created_at < @before) order by a.id desc limit @limit)
            order by At desc, Act limit @limit
            """,
            new { before, limit }, cancellationToken: cancellationToken))).AsList();
    }
}

/// <summary>`Act`: run (somebody or the schedule asked for one; `How`: its trigger), retry, cancel, rerun, succeed or skip; `State`: the run's, now.</summary>
internal sealed record ActivityRow
{
    public DateTime At { get; init; }

    public string Act { get; init; } = "";

    public string? How { get; init; }

    public string? Whom { get; init; }

    public string? Task { get; init; }

    public string? Reason { get; init; }

    public long Run { get; init; }

    public string Pipeline { get; init; } = "";

    public string State { get; init; } = "";
}
