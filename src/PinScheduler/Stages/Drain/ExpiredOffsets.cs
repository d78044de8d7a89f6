using Microsoft.Extensions.Options;
using PinScheduler.Kafka;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain;

/// <summary>Offsets between where the ledger stands and what Kafka still has: a gap is recorded or fails the task, never passed in silence.</summary>
internal sealed class ExpiredOffsets(LandingStore store, IOptions<DrainOptions> options)
{
    /// <summary>Goes on behind what is gone, where that is wanted.</summary>
    /// <exception cref="StageFailedException">It is not, or the partition ends before what was drained of it.</exception>
    public async Task<PartitionClaim> PassAsync(DrainRequest request, DrainTarget target, PartitionClaim claim, Watermarks mark, CancellationToken cancellationToken)
    {
        if (mark.High < claim.NextOffset)
        {
            throw new StageFailedException(
                $"Partition {claim.Partition} of '{target.Topic.Name}' ends at offset {mark.High}, before {claim.NextOffset}, the next to drain: the broker has lost records that are drained already, or it gives topics no ids and this one was created again.", retry: true);
        }

        if (mark.Low <= claim.NextOffset)
        {
            return claim;
        }

        if (options.Value.OnGap == DrainOptions.Fail)
        {
            throw new StageFailedException(
                $"Partition {claim.Partition} of '{target.Topic.Name}': offsets {claim.NextOffset} to {mark.Low - 1} expired before they were drained. 'Pipeline:OnGap' is '{DrainOptions.Fail}'; with '{DrainOptions.Warn}' the drain notes the gap and goes on behind it.");
        }

        DrainLog.Gap(request.Log, target.Topic.Name, claim.Partition, claim.NextOffset, mark.Low - 1);
        await store.RecordGapAsync(target.Topic, claim, mark.Low, request.Run, target.Fence, cancellationToken);
        return claim with { NextOffset = mark.Low };
    }
}
