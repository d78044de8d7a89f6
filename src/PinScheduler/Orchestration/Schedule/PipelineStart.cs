using Dapper;
using PinScheduler.Database;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>Makes this server's pipelines known, before its workers start: versions, schedule, recurring jobs.</summary>
internal sealed class PipelineStart(Warehouse warehouse, PipelineCatalog pipelines, VersionStore versions, RecurringJobs recurring, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        foreach (var pipeline in pipelines.All)
        {
            await versions.KeepAsync(pipeline, cancellationToken);
            // another schedule owes nothing for the time before it: assignments go from left to right, so cron and zone come last
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into pipeline_state (pipeline, cron, time_zone, last_scheduled_at, scheduled_from) values (@Key, @Cron, @TimeZone, @now, @now)
                on duplicate key update
                    scheduled_from = if(cron <=> values(cron) and time_zone = values(time_zone), scheduled_from, greatest(last_scheduled_at, @now)),
                    last_scheduled_at = if(cron <=> values(cron) and time_zone = values(time_zone), last_scheduled_at, greatest(last_scheduled_at, @now)),
                    cron = values(cron),
                    time_zone = values(time_zone)
                """, new { pipeline.Key, pipeline.Definition.Cron, pipeline.Definition.TimeZone, now = time.GetUtcNow().UtcDateTime }, cancellationToken: cancellationToken));
        }

        recurring.Register();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
