using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.Runs;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>Makes this server's pipelines known, before its workers start: versions, schedule, recurring jobs.</summary>
internal sealed class PipelineStart(PipelineCatalog pipelines, VersionStore versions, ScheduleKeeper schedules) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var pipeline in pipelines.All)
        {
            await versions.KeepAsync(pipeline, cancellationToken);
        }

        await schedules.SetAllAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
