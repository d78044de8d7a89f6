using System.Text.Json;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Orchestration.Runs;

/// <summary>The acts by hand that a run has seen, table `run_act`.</summary>
internal static class RunActs
{
    /// <summary>In the transaction that does it.</summary>
    public static Task KeepAsync(MySqlConnection connection, MySqlTransaction transaction, long run, RunAct act, IEnumerable<TaskRow> changed) => connection.ExecuteAsync(
        "insert into run_act (run_id, act, task_key, tasks, requested_by, reason, created_at) values (@run, @Kind, @Task, @tasks, @By, @Reason, utc_timestamp(6))",
        new { run, act.Kind, act.Task, tasks = JsonSerializer.Serialize(changed.Select(task => task.Key)), act.By, Reason = act.Reason ?? act.Cause }, transaction);

    public static Task<IEnumerable<RunActRow>> ReadAsync(MySqlConnection connection, MySqlTransaction moment, long run, CancellationToken cancellationToken) => connection.QueryAsync<RunActRow>(new CommandDefinition(
        "select act, task_key as Task, tasks, requested_by as RequestedBy, reason, created_at as CreatedAt from run_act where run_id = @run order by id", new { run }, moment, cancellationToken: cancellationToken));
}

/// <summary>A row of `run_act`.</summary>
internal sealed record RunActRow
{
    public string Act { get; init; } = "";

    public string? Task { get; init; }

    public string Tasks { get; init; } = "[]";

    public string? RequestedBy { get; init; }

    public string? Reason { get; init; }

    public DateTime CreatedAt { get; init; }
}
