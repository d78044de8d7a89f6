using Dapper;
using MySqlConnector;

namespace PinScheduler.Orchestration.Events;

/// <summary>Table `run_limit`; its callers hold the run's lock.</summary>
internal static class RunLimits
{
    public const string Columns = "deadline_at as DeadlineAt, missed_at as MissedAt, slow_at as SlowAt, reopened_at as ReopenedAt";

    /// <summary>A deadline counts from the instant that the run stands for: one that starts late is late. Where nothing was scheduled, from now.</summary>
    public static Task AddAsync(MySqlConnection connection, MySqlTransaction transaction, long run, TimeSpan deadline, DateTime? scheduledFor) => connection.ExecuteAsync(
        "insert into run_limit (run_id, deadline_at) values (@run, coalesce(@scheduledFor, utc_timestamp(6)) + interval @deadline microsecond)",
        new { run, scheduledFor, deadline = (long)deadline.TotalMicroseconds }, transaction);

    public static async Task<RunLimitRow> ReadAsync(MySqlConnection connection, MySqlTransaction transaction, long run) =>
        await connection.QuerySingleOrDefaultAsync<RunLimitRow>($"select {Columns} from run_limit where run_id = @run", new { run }, transaction) ?? new RunLimitRow();

    /// <summary>The run was made running again: a deadline that it has counts from now.</summary>
    public static Task ReopenAsync(MySqlConnection connection, MySqlTransaction transaction, long run, TimeSpan? deadline) => connection.ExecuteAsync(
        """
        insert into run_limit (run_id, deadline_at, reopened_at) values (@run, utc_timestamp(6) + interval @deadline microsecond, utc_timestamp(6))
        on duplicate key update deadline_at = values(deadline_at), missed_at = null, slow_at = null, reopened_at = values(reopened_at)
        """, new { run, deadline = (long?)deadline?.TotalMicroseconds }, transaction);

    public static Task MarkMissedAsync(MySqlConnection connection, MySqlTransaction transaction, long run) =>
        connection.ExecuteAsync("update run_limit set missed_at = utc_timestamp(6) where run_id = @run", new { run }, transaction);

    public static Task MarkSlowAsync(MySqlConnection connection, MySqlTransaction transaction, long run) => connection.ExecuteAsync(
        "insert into run_limit (run_id, slow_at) values (@run, utc_timestamp(6)) on duplicate key update slow_at = values(slow_at)", new { run }, transaction);
}

internal sealed record RunLimitRow
{
    public long Run { get; init; }

    public DateTime? DeadlineAt { get; init; }

    public DateTime? MissedAt { get; init; }

    public DateTime? SlowAt { get; init; }

    public DateTime? ReopenedAt { get; init; }
}
