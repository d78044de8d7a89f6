using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Stages.Drain.Sharing;

namespace PinScheduler.Pipelines;

/// <summary>The servers that Hangfire knows to serve the queue `ingest`.</summary>
internal sealed class IngestServers(ServedQueues queues, Warehouse warehouse, IOptions<OrchestrationOptions> options) : IIngestServers
{
    public bool IsOne => options.Value.Workers.GetValueOrDefault(TaskQueue.Ingest) > 0;

    public async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var now = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition("select utc_timestamp(6)", cancellationToken: cancellationToken));
        return queues.Look(now).Serving.GetValueOrDefault(TaskQueue.Ingest);
    }
}
