using Hangfire;
using Hangfire.Common;
using Hangfire.Server;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>The jobs of the recurring jobs. Jobs in the storage bear its name: it must not be moved.</summary>
[AutomaticRetry(Attempts = 10, DelaysInSeconds = [1, 2, 5, 10, 30, 60])]
internal sealed class PipelineTick(ScheduleTicks ticks)
{
    /// <summary>Of the schedule, or of "Trigger now".</summary>
    [Queue(TaskQueue.Pipeline)]
    [JobDisplayName("{0} · schedule")]
    public Task RunAsync(string pipeline, PerformContext? context, CancellationToken cancellationToken) =>
        ticks.TickAsync(pipeline, context!.BackgroundJob.Id, FiredFor(context), cancellationToken);

    /// <summary>Just one stage's tasks, by hand.</summary>
    [Queue(TaskQueue.Pipeline)]
    [JobDisplayName("{0} · {1} by hand")]
    public Task RunStageAsync(string pipeline, string stage, PerformContext? context, CancellationToken cancellationToken) =>
        ticks.TriggerStageAsync(pipeline, stage, context!.BackgroundJob.Id, FiredFor(context), cancellationToken);

    // the parameter of Hangfire's own recurring jobs; a job that somebody enqueued otherwise has none
    private static DateTime FiredFor(PerformContext context) =>
        context.GetJobParameter<long?>("Time") is > 0 and { } time ? JobHelper.FromTimestamp(time) : context.BackgroundJob.CreatedAt;
}
