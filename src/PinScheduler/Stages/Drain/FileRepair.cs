using Microsoft.Extensions.Options;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain.Reading;

namespace PinScheduler.Stages.Drain;

/// <summary>
/// Landing files that the ledger counts on and that somebody has deleted, cut or changed: said loudly, and drained once more from
/// their offsets, where Kafka still has them, into the same name, if what comes is what was recorded.
/// </summary>
internal sealed class FileRepair(LandingAudit audit, LandingFolder folder, RecordReaders readers, IOptions<DrainOptions> options, LandingSteps steps, TimeProvider time)
{
    /// <summary>A file that cannot be repaired fails nothing here: what is still in Kafka must be rescued first. Clean will not go on without it.</summary>
    public async Task RunAsync(DrainRequest request, DrainTarget target, IReadOnlyList<Watermarks> marks, IReadOnlyDictionary<int, PartitionClaim> claims, CancellationToken cancellationToken)
    {
        var repairable = new List<Damage>();
        foreach (var (file, how) in await audit.DamagedAsync(target.Topic, [.. claims.Keys], cancellationToken))
        {
            await audit.MarkAsync(file.Id, cancellationToken);
            var damage = new Damage(file, how);
            if (file.Incarnation != target.Topic.Incarnation)
            {
                await LostAsync(request, damage, "the topic was created again since, or its broker began anew, and Kafka has only what came after that");
            }
            else if (marks.First(mark => mark.Partition == file.Partition).Low is var low && low > file.FirstOffset)
            {
                await LostAsync(request, damage, $"Kafka has kept only offsets from {low} on");
            }
            else
            {
                repairable.Add(damage);
            }
        }

        // one consumer has one position a partition: as many rounds as the worst partition has files
        foreach (var round in repairable.GroupBy(damage => damage.File.Partition).SelectMany(files => files.Index()).GroupBy(file => file.Index, file => file.Item))
        {
            await DrainAgainAsync(request, target, [.. round.Select(damage => (damage, claims[damage.File.Partition]))], cancellationToken);
        }
    }

    private async Task DrainAgainAsync(DrainRequest request, DrainTarget target, List<(Damage Damage, PartitionClaim Claim)> round, CancellationToken cancellationToken)
    {
        var drains = round.ConvertAll(one => Begin(target, one.Damage.File, one.Claim));
        try
        {
            using var consumer = new TopicConsumer(readers, target.Topic.Name, drains, options.Value.BrokerPatience, time);
            while (!consumer.IsDone)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Run(consumer.TakeBatch, cancellationToken);
            }

            foreach (var ((damage, claim), drain) in round.Zip(drains))
            {
                await JudgeAsync(request, target, damage, claim, drain, cancellationToken);
            }
        }
        catch
        {
            steps.Reached(LandingStep.BeforeTidying);
            drains.ForEach(drain => drain.Discard());
            throw;
        }
        finally
        {
            drains.ForEach(drain => drain.Dispose());
        }
    }

    private PartitionDrain Begin(DrainTarget target, RecordedFile file, PartitionClaim claim)
    {
        var day = Path.GetDirectoryName(folder.FullPath(file.Path))!;
        Directory.CreateDirectory(day);
        return new PartitionDrain(
            target with { Folder = day, Packed = LandingFileName.IsPacked(file.Path) },
            claim with { NextOffset = file.FirstOffset },
            file.LastOffset + 1,
            // one file, however large one may be nowadays
            new DrainOptions { MaxFileBytes = long.MaxValue, MaxValueBytes = options.Value.MaxValueBytes },
            steps);
    }

    private async Task JudgeAsync(DrainRequest request, DrainTarget target, Damage damage, PartitionClaim claim, PartitionDrain drain, CancellationToken cancellationToken)
    {
        await Task.Run(drain.Finish, cancellationToken);
        var (was, now) = (damage.File, drain.Describe());
        if ((now.Consumed, now.Records, now.DeadLetters, now.Bytes, now.Checksum) != (was.Consumed, was.Records, was.DeadLetters, was.Bytes, was.Checksum))
        {
            drain.Discard();
            await LostAsync(request, damage, $"what Kafka has at these offsets now is not what was recorded ({now.Records} records with {now.Bytes} bytes and {now.DeadLetters} dead letters; then {was.Records}, {was.Bytes} and {was.DeadLetters}): it was compacted or cut since, or 'Pipeline:MaxValueBytes' is another");
            return;
        }

        await audit.RestoreAsync(
            target.Topic, was, now.DiskBytes, claim, target.Fence,
            () =>
            {
                drain.Publish(replacing: true);
                folder.FlushDay(Path.GetDirectoryName(folder.FullPath(was.Path))!);
                steps.Reached(LandingStep.Restored);
            },
            cancellationToken);
        DrainLog.Repaired(request.Log, was.Path, damage.How, was);
        await request.WarnAsync($"The landing file '{was.Path}' ({was}) {damage.How}. It was drained from Kafka once more and is again as it was recorded; see who or what touches files there.");
    }

    private async Task LostAsync(DrainRequest request, Damage damage, string why)
    {
        DrainLog.Lost(request.Log, damage.File.Path, damage.How, damage.File, why);
        await request.WarnAsync(
            $"The landing file '{folder.FullPath(damage.File.Path)}' ({damage.File}) {damage.How}, and it cannot be drained once more: {why}. Its records are lost unless you put the file back from a backup. "
            + $"To go on without them, delete its row {damage.File.Id} from 'landing_file'.");
    }

    private sealed record Damage(RecordedFile File, string How);
}
