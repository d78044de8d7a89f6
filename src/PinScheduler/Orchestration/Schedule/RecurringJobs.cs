using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Orchestration.Schedule;

/// <summary>Hangfire's recurring jobs: one a pipeline, with its cron, so that the dashboard shows when it comes next; one a stage, only by hand.</summary>
internal sealed class RecurringJobs(JobStorage storage, PipelineCatalog pipelines)
{
    public void Register()
    {
        var manager = new RecurringJobManager(storage);
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pipeline in pipelines.All)
        {
            var options = new RecurringJobOptions { TimeZone = pipeline.Schedule.Zone };
            Add(pipeline.Key, Job.FromExpression<PipelineTick>(tick => tick.RunAsync(pipeline.Key, null, default), TaskQueue.Pipeline), pipeline.Definition.Cron ?? Cron.Never(), options);
            foreach (var stage in pipeline.Definition.Tasks.Select(task => task.Stage).Distinct())
            {
                Add($"{pipeline.Key}.{stage}", Job.FromExpression<PipelineTick>(tick => tick.RunStageAsync(pipeline.Key, stage, null, default), TaskQueue.Pipeline), Cron.Never(), options);
            }
        }

        using var connection = storage.GetConnection();
        foreach (var gone in connection.GetRecurringJobs().Where(job => job.Job?.Type == typeof(PipelineTick) && !wanted.Contains(job.Id)))
        {
            manager.RemoveIfExists(gone.Id);
        }

        void Add(string id, Job job, string cron, RecurringJobOptions options)
        {
            wanted.Add(id);
            manager.AddOrUpdate(id, job, cron, options);
        }
    }
}
