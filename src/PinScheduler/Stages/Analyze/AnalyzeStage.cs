using PinScheduler.Database;
using PinScheduler.Stages.Analyze.Rollups;

namespace PinScheduler.Stages.Analyze;

/// <summary>Runs one analysis on the server and keeps its rows as the run's result.</summary>
internal sealed class AnalyzeStage(SqlTask task, Warehouse warehouse, RollupKeeper rollups, ResultRetention retention) : IStage
{
    public const string ExplainParameter = "explain";

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var outcome = await new SqlTaskRun(warehouse, rollups, task.AsItIsNow(), context).RunAsync(keep: long.MaxValue, cancellationToken);
        await retention.PruneAsync(task.File, context.Fence, cancellationToken);
        return StageResult.Of(("rows", outcome.Count));
    }
}
