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
        var paused = (await connection.QueryAsync<(string Pipeline, DateTime At, string? By, string? Reason, DateTime? Until)>(new CommandDefinition(
            "select pipeline, paused_at, paused_by, paused_reason, paused_until from pipeline_state where paused_at is not null and (paused_until is null or paused_until > @now)",
            new { now }, cancellationToken: cancellationToken))).ToDictionary(row => row.Pipeline);
        return [.. pipelines.All.Select(pipeline => PipelineView.Of(pipeline, now, paused.TryGetValue(pipeline.Key, out var pause) ? new PauseView(pause.By, pause.Reason, pause.Until, pause.At) : null))];
    }
}
