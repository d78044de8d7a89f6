using Microsoft.Extensions.Options;
using PinScheduler.Orchestration;
using PinScheduler.Orchestration.History;
using PinScheduler.Stages.Analyze;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Maintain;

namespace PinScheduler.Pipelines;

/// <summary>The week's housekeeping: what is old goes, tables are counted, the disk is looked at.</summary>
internal static class MaintenancePipeline
{
    public const string Key = "maintenance";

    public static void Describe(IServiceProvider services, PipelineBuilder pipeline)
    {
        var options = services.GetRequiredService<IOptions<MaintenanceOptions>>().Value;
        pipeline
            .Title("Housekeeping, every week")
            .Schedule(options.Cron, options.TimeZone)
            .Deadline(options.Deadline);

        pipeline.Task<ExpireResultsStage>("expire-results", "prune", "Remove the rows of old results", TaskQueue.Transform);
        pipeline.Task<PruneLandingStage>("prune-landing", "prune", "Remove old landing files", TaskQueue.Transform);
        pipeline.Task<PruneHistoryStage>("prune-history", "prune", "Remove the history of old runs", TaskQueue.Transform);
        pipeline.Task<AnalyzeTablesStage>("analyze-tables", "tables", "Have the server count its tables anew", TaskQueue.Transform).After("expire-results", "prune-history").When(TriggerRule.AllDone);
        pipeline.Task<CheckDiskStage>("check-disk", "check", "See that there is room on the disk", TaskQueue.Transform).After("expire-results", "prune-landing", "prune-history").When(TriggerRule.AllDone);
    }
}
