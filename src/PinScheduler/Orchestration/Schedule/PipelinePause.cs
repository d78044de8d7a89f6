using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>Keeps a pipeline's schedule from starting runs, or lets it again; runs by hand start all the same.</summary>
internal sealed class PipelinePause(Warehouse warehouse, PipelineCatalog pipelines)
{
    /// <exception cref="RefusedException">Unknown pipeline, or the time is over already.</exception>
    public async Task PauseAsync(string pipeline, string? by, string? reason, DateTime? until, CancellationToken cancellationToken)
    {
        _ = pipelines.Get(pipeline);
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var paused = await connection.ExecuteAsync(new CommandDefinition(
            """
            update pipeline_state set paused_at = utc_timestamp(6), paused_until = @until, paused_by = @by, paused_reason = @reason
            where pipeline = @pipeline and (@until is null or @until > utc_timestamp(6))
            """, new { pipeline, by, reason, until }, cancellationToken: cancellationToken));
        if (paused == 0)
        {
            throw RefusedException.Invalid($"'until' is {until:O}, which is over; give a time to come, or leave it out to pause until somebody resumes.");
        }
    }

    /// <exception cref="RefusedException">Unknown pipeline.</exception>
    public async Task ResumeAsync(string pipeline, CancellationToken cancellationToken)
    {
        _ = pipelines.Get(pipeline);
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pipeline_state set paused_at = null, paused_until = null, paused_by = null, paused_reason = null where pipeline = @pipeline", new { pipeline }, cancellationToken: cancellationToken));
    }
}
