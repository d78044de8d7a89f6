using Dapper;
using MySqlConnector;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Runs;

/// <summary>Who of a pipeline's runs may be active. The row of `pipeline_state` is locked by whoever asks; a unique key makes sure.</summary>
internal static class PipelineGate
{
    /// <summary>The key by which a run holds its pipeline's only place, or null where it holds none.</summary>
    public static string? PlaceOf(Pipeline pipeline, string state) => state == RunState.Running && pipeline.Definition.Overlap != OverlapPolicy.Allow ? pipeline.Key : null;

    public static async Task<PipelineStateRow> LockAsync(MySqlConnection connection, MySqlTransaction transaction, string pipeline) =>
        await connection.QuerySingleOrDefaultAsync<PipelineStateRow>(
            """
            select cron, time_zone as TimeZone, last_scheduled_at as LastScheduledAt, scheduled_from as ScheduledFrom, paused_at as PausedAt, paused_until as PausedUntil, paused_by as PausedBy, paused_reason as PausedReason
            from pipeline_state where pipeline = @pipeline for update
            """, new { pipeline }, transaction)
        ?? throw new InvalidOperationException($"The pipeline '{pipeline}' has no row in pipeline_state; it gets one when a server that has it starts.");

    /// <summary>The state that a new run gets, and why; the caller holds the pipeline's lock.</summary>
    public static async Task<(string State, string? Reason)> AdmitAsync(MySqlConnection connection, MySqlTransaction transaction, Pipeline pipeline)
    {
        if (await FindActiveAsync(connection, transaction, pipeline) is not { } active)
        {
            return (RunState.Running, null);
        }

        return pipeline.Definition.Overlap == OverlapPolicy.Queue
            ? (RunState.Queued, Waits(active))
            : (RunState.Skipped, $"run {active} was active");
    }

    /// <summary>The active run that keeps others out, or null.</summary>
    public static async Task<long?> FindActiveAsync(MySqlConnection connection, MySqlTransaction transaction, Pipeline pipeline) =>
        pipeline.Definition.Overlap == OverlapPolicy.Allow ? null : await connection.ExecuteScalarAsync<long?>("select id from run where active_of = @Key", new { pipeline.Key }, transaction);

    /// <summary>Gives the place to the oldest run that waits for it.</summary>
    public static async Task<long?> AdmitNextAsync(MySqlConnection connection, MySqlTransaction transaction, Pipeline pipeline)
    {
        await LockAsync(connection, transaction, pipeline.Key);
        if (await FindActiveAsync(connection, transaction, pipeline) is not null)
        {
            return null;
        }

        var next = await connection.ExecuteScalarAsync<long?>("select min(id) from run where pipeline = @Key and state = 'queued'", new { pipeline.Key }, transaction);
        var admitted = next is null ? 0 : await connection.ExecuteAsync(
            "update run set state = 'running', reason = null, active_of = @place, started_at = coalesce(started_at, utc_timestamp(6)) where id = @next and state = 'queued'",
            new { place = PlaceOf(pipeline, RunState.Running), next }, transaction);
        return admitted == 1 ? next : null;
    }

    public static string Waits(long active) => $"waits for run {active} to end";
}
