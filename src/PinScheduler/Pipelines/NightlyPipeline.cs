using Microsoft.Extensions.Options;
using PinScheduler.Orchestration;
using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;
using PinScheduler.Stages.Analyze.Rollups;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Drain;
using PinScheduler.Stages.Emulate;
using PinScheduler.Stages.Topics;

namespace PinScheduler.Pipelines;

/// <summary>The night's work: posts into topics, topics into files, files into tables, tables into results.</summary>
internal static class NightlyPipeline
{
    public const string Key = "nightly";

    public static void Describe(IServiceProvider services, PipelineBuilder pipeline)
    {
        var options = services.GetRequiredService<IOptions<NightlyOptions>>().Value;
        pipeline
            .Title("Pinterest posts, every night")
            .Schedule(options.Cron, options.TimeZone)
            .Deadline(options.Deadline, options.CancelAtDeadline)
            .Parameter("posts", ParameterType.Whole, options.Posts, 0, int.MaxValue, "How many random posts to emulate; 0 works on what is in Kafka")
            .Parameter("postsPerSecond", ParameterType.Number, options.PostsPerSecond, 0, 1_000_000, "Pace of the emulation; 0 is as fast as possible")
            .Parameter("seed", ParameterType.Whole, options.Seed, null, null, "The same seed emulates the same posts")
            .Parameter(RollupStage.AnewParameter, ParameterType.Boolean, null, null, null, "Compute the rollups anew from all rows, and warn where they had become wrong")
            .Parameter(AnalyzeStage.ExplainParameter, ParameterType.Boolean, null, null, null, "Keep how the server runs each analysis with its result")
            .Balance(NightlyBooks.Balance);

        pipeline.Task<TopicsStage>("topics", "topics", "Make sure that the topics exist", TaskQueue.Ingest);
        pipeline.Task<EmulateStage>("emulate", "emulate", "Send random posts through the ingestion API", TaskQueue.Ingest)
            .After("topics")
            .SkipWhen(static parameters => parameters.Whole("posts") == 0);
        foreach (var set in DataSet.All)
        {
            pipeline.Task<DrainStage>($"drain-{set.Key}", "drain", $"Drain the topic of {set.Key} records into files", TaskQueue.Ingest, set).After("emulate");
            pipeline.Task<CleanStage>($"clean-{set.Key}", "clean", $"Clean {set.Key} records into {set.CleanTable}", TaskQueue.Transform, set).After($"drain-{set.Key}");
        }

        var sql = services.GetRequiredService<SqlTasks>();
        foreach (var task in sql.Rollups)
        {
            pipeline.Task<RollupStage>(task.File.Name, "analyze", task.File.Title, TaskQueue.Analyze, task.File).After(task.DependsOn).Fingerprint(task.File.Hash);
        }

        foreach (var task in sql.Analyses)
        {
            pipeline.Task<AnalyzeStage>(task.File.Name, "analyze", task.File.Title, TaskQueue.Analyze, task).After(task.DependsOn).Fingerprint(task.File.Hash);
        }

        foreach (var task in sql.Checks)
        {
            pipeline.Task<CheckStage>(task.File.Name, "check", task.File.Title, TaskQueue.Check, task).After(task.DependsOn).Fingerprint(task.File.Hash);
        }
    }
}
