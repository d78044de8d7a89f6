using PinScheduler.Database;

namespace PinScheduler.Stages.Analyze;

/// <summary>Runs one analysis on the server and keeps its rows as the run's result.</summary>
internal sealed class AnalyzeStage(SqlTaskFile file, Warehouse warehouse) : IStage
{
    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var outcome = await new SqlTaskRun(warehouse, file, context).RunAsync(keep: long.MaxValue, cancellationToken);
        return StageResult.Of(("rows", outcome.Count));
    }
}
