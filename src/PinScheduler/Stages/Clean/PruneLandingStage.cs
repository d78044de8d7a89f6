using PinScheduler.Database;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Clean;

/// <summary>Stage `prune`: old landing files go also where no clean task comes by. A data set that is being cleaned anew is left to that.</summary>
internal sealed class PruneLandingStage(Warehouse warehouse, LandingRetention retention, TimeProvider time) : IStage
{
    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        long files = 0;
        foreach (var set in DataSet.All)
        {
            await using var held = await NamedLock.TryTakeAsync(warehouse, CleanStage.RulesLock(set), TimeSpan.Zero, time, cancellationToken);
            files += held is null ? 0 : await retention.RemoveAsync(set.Key, context.Fence, cancellationToken);
        }

        return StageResult.Of(("files", files));
    }
}
