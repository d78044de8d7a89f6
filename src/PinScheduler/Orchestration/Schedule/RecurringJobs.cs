using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>Hangfire's recurring jobs: one a pipeline, with its cron, so that the dashboard shows when it comes next; one a stage, only by hand.</summary>
internal sealed class RecurringJobs(JobStorage storage, PipelineCatalog pipelines)
{
    /// <summary>Adds those of all pipelines, and removes those of pipelines and stages that are no more.</summary>
    public void Register()
    {
        var wanted = pipelines.All.SelectMany(Register).ToHashSet(StringComparer.Ordinal);
        using var connection = storage.GetConnection();
        foreach (var gone in connection.GetRecurringJobs().Where(job => job.Job?.Type == typeof(PipelineTick) && !wanted.Contains(job.Id)))
        {
            new RecurringJobManager(storage).RemoveIfExists(gone.Id);
        }
    }

    /// <returns>Their ids.</returns>
    public IReadOnlyList<string> Register(Pipeline pipeline)
    {
        var manager = new RecurringJobManager(storage);
        var options = new RecurringJobOptions { TimeZone = pipeline.Schedule.Zone };
        manager.AddOrUpdate(pipeline.Key, Job.FromExpression<PipelineTick>(tick => tick.RunAsync(pipeline.Key, null, default), TaskQueue.Pipeline), CronOf(pipeline), options);
        var stages = pipeline.Definition.Tasks.Select(task => task.Stage).Distinct().ToList();
        foreach (var stage in stages)
        {
            manager.AddOrUpdate($"{pipeline.Key}.{stage}", Job.FromExpression<PipelineTick>(tick => tick.RunStageAsync(pipeline.Key, stage, null, default), TaskQueue.Pipeline), Cron.Never(), options);
        }

        return [pipeline.Key, .. stages.Select(stage => $"{pipeline.Key}.{stage}")];
    }

    /// <summary>Whether the pipeline's job is there, with its schedule.</summary>
    public bool Has(Pipeline pipeline)
    {
        using var connection = storage.GetConnection();
        return connection.GetAllEntriesFromHash($"recurring-job:{pipeline.Key}") is { } job
            && job.GetValueOrDefault("Cron") == CronOf(pipeline) && job.GetValueOrDefault("TimeZoneId") == pipeline.Schedule.Zone.Id;
    }

    private static string CronOf(Pipeline pipeline) => pipeline.Definition.Cron ?? Cron.Never();
}
