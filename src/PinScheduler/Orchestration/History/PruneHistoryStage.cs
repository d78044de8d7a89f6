using PinScheduler.Stages;

namespace PinScheduler.Orchestration.History;

/// <summary>Stage `prune`: the history of old runs goes.</summary>
internal sealed class PruneHistoryStage(RunRetention retention) : IStage
{
    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (runs, rows) = await retention.PruneAsync(context.Fence, seen => context.Report(seen, null, "runs"), cancellationToken);
        return StageResult.Of(("runs", runs), ("rows", rows));
    }
}
