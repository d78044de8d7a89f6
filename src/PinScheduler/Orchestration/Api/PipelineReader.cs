using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Api;

/// <summary>Pipelines as they are shown over HTTP and on pages.</summary>
internal sealed class PipelineReader(PipelineCatalog pipelines, Warehouse warehouse, TimeProvider time)
{
    public async Task<IReadOnlyList<PipelineView>> ListAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var states = (await connection.QueryAsync<(string Pipeline, string? Cron, string TimeZone, DateTime? At, string? By, string? Reason, DateTime? Until)>(new CommandDefinition(
            "select pipeline, cron, time_zone, if(paused_until <= @now, null, paused_at), paused_by, paused_reason, paused_until from pipeline_state", new { now }, cancellationToken: cancellationToken))).ToDictionary(row => row.Pipeline);
        return [.. pipelines.All.Select(pipeline => states.TryGetValue(pipeline.Key, out var state)
            ? PipelineView.Of(pipeline, state.Cron, state.TimeZone, now, state.At is { } at ? new PauseView(state.By, state.Reason, state.Until, at) : null)
            : PipelineView.Of(pipeline, pipeline.Definition.Cron, pipeline.Definition.TimeZone, now, null))];
    }
}
