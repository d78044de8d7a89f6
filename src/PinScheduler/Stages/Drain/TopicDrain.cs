using Confluent.Kafka;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain.Reading;

namespace PinScheduler.Stages.Drain;

/// <summary>
/// Drains a topic from where the ledger stands to where the topic ends now. In this order: files written, flushed, renamed, their folder
/// flushed, their rows committed, the group's offsets committed: dying between any two of these loses and repeats nothing.
/// </summary>
internal sealed class TopicDrain(
    Warehouse warehouse,
    RecordReaders readers,
    TopicCatalog catalog,
    AcceptedLedger accepted,
    IOptions<KafkaOptions> kafka,
    IOptions<DrainOptions> options,
    LandingFolder folder,
    LandingStore store,
    PartitionClaims claiming,
    LandingSteps steps,
    TimeProvider time)
{
    /// <summary>False where another drain of the topic was still at work when the patience ended.</summary>
    /// <exception cref="StageFailedException">It could not be drained; what was recorded stays.</exception>
    public async Task<bool> RunAsync(DrainRequest request, CancellationToken cancellationToken)
    {
        var name = kafka.Value.TopicOf(request.DataSet.Key);
        try
        {
            var info = await FindAsync(name, cancellationToken);
            var topic = await store.TopicAsync(request.DataSet.Key, name, info.Incarnation, cancellationToken);
            await using var held = await LockAsync(request, topic, info, cancellationToken);
            if (held is null)
            {
                return false;
            }

            await DrainAsync(request, topic, info, cancellationToken);
            return true;
        }
        catch (KafkaException exception)
        {
            throw new StageFailedException($"Kafka did not give '{name}' to the end: {exception.Error.Reason}. What was recorded before stays; the next attempt goes on behind it.", retry: true, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StageFailedException($"A landing file of '{name}' could not be written: {exception.Message} Nothing of it was recorded; see to the folder '{folder.Root}' (room, rights) and retry.", retry: true, exception);
        }
        catch (PartitionTakenException exception)
        {
            throw new StageFailedException(exception.Message, retry: true, exception);
        }
    }

    private async Task<TopicInfo> FindAsync(string name, CancellationToken cancellationToken) =>
        (await catalog.RefreshAsync(cancellationToken)).GetValueOrDefault(name)
            ?? throw new StageFailedException($"There is no topic '{name}': run the task 'topics', or name the right one in 'Kafka:Topics'.", retry: true);

    private async Task<NamedLock?> LockAsync(DrainRequest request, LandingTopic topic, TopicInfo info, CancellationToken cancellationToken)
    {
        var names = info.Partitions.Select(partition => $"drain/{topic.Name}/{topic.Incarnation}/{partition.Partition}").ToList();
        var held = await NamedLock.TryTakeAllAsync(warehouse, names, TimeSpan.Zero, time, cancellationToken);
        if (held is null && request.LockPatience > TimeSpan.Zero)
        {
            DrainLog.Waiting(request.Log, topic.Name);
            held = await NamedLock.TryTakeAllAsync(warehouse, names, request.LockPatience, time, cancellationToken);
        }

        return held;
    }

    private async Task DrainAsync(DrainRequest request, LandingTopic topic, TopicInfo info, CancellationToken cancellationToken)
    {
        var target = new DrainTarget(topic, request.Date, folder.DayPath(topic.Name, request.Date), await request.FenceAsync(cancellationToken));
        var claims = await claiming.TakeAsync(topic, [.. info.Partitions.Select(partition => partition.Partition)], target.Fence, cancellationToken);
        steps.Reached(LandingStep.Claimed);
        var marks = (await catalog.WatermarksAsync(info, cancellationToken)).ToDictionary(mark => mark.Partition);
        var partitions = new List<PartitionDrain>();
        foreach (var claim in claims)
        {
            var mark = marks[claim.Partition];
            var next = await PassGapAsync(request, target, claim, mark, cancellationToken);
            accepted.Drained(topic.Name, claim.Partition, next.NextOffset);
            if (next.NextOffset < mark.High)
            {
                partitions.Add(new PartitionDrain(target, next, mark.High, options.Value, steps));
            }
        }

        steps.Reached(LandingStep.EndsNoted);
        if (partitions.Count > 0)
        {
            await ConsumeAsync(request, target, partitions, cancellationToken);
        }
    }

    private async Task<PartitionClaim> PassGapAsync(DrainRequest request, DrainTarget target, PartitionClaim claim, Watermarks mark, CancellationToken cancellationToken)
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

    private async Task ConsumeAsync(DrainRequest request, DrainTarget target, List<PartitionDrain> partitions, CancellationToken cancellationToken)
    {
        var progress = new DrainProgress(request, partitions);
        folder.CreateDay(target.Topic.Name, target.Date);
        DrainLog.Draining(request.Log, target.Topic.Name, progress.Total, partitions.Count);
        using var consumer = new TopicConsumer(readers, target.Topic.Name, partitions, time);
        try
        {
            while (!consumer.IsDone)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // librdkafka's consumer blocks, and so do files
                await Task.Run(consumer.TakeBatch, cancellationToken);
                progress.Report();
                await RecordAsync(request, target, [.. partitions.Where(partition => partition.IsFull)], cancellationToken);
            }

            await RecordAsync(request, target, [.. partitions.Where(partition => partition.HasUnrecorded)], cancellationToken);
        }
        catch
        {
            steps.Reached(LandingStep.BeforeTidying);
            partitions.ForEach(partition => partition.Discard());
            throw;
        }
        finally
        {
            partitions.ForEach(partition => partition.Dispose());
        }

        await CommitGroupAsync(request, target, consumer, partitions);
        if (consumer.Expired is [var expired, ..])
        {
            throw new StageFailedException(
                $"Partition {expired.Partition} of '{target.Topic.Name}': offset {expired.Position} expired while it was being drained. All before it is recorded; the next attempt goes on behind the gap.", retry: true);
        }
    }

    private async Task RecordAsync(DrainRequest request, DrainTarget target, List<PartitionDrain> partitions, CancellationToken cancellationToken)
    {
        if (partitions.Count == 0)
        {
            return;
        }

        var files = await Task.Run(() => Publish(target, partitions), cancellationToken);
        var now = await FindAsync(target.Topic.Name, cancellationToken);
        if (now.Incarnation != target.Topic.Incarnation)
        {
            throw new StageFailedException($"The topic '{target.Topic.Name}' was deleted and created again while it was being drained: nothing of it was recorded. The next attempt drains the new one from its beginning.", retry: true);
        }

        await store.RecordAsync([.. files.Zip(partitions, (file, partition) => (file, partition.Claim))], request.Run, target.Fence, cancellationToken);
        foreach (var partition in partitions)
        {
            partition.Recorded();
            accepted.Drained(target.Topic.Name, partition.Partition, partition.Position);
        }

        var (records, dead, bytes) = (files.Sum(file => file.Records), files.Sum(file => file.DeadLetters), files.Sum(file => file.Bytes));
        DrainLog.Landed(request.Log, target.Topic.Name, records, dead, files.Count, bytes);
    }

    private List<LandingFile> Publish(DrainTarget target, List<PartitionDrain> partitions)
    {
        partitions.ForEach(partition => partition.Finish());
        var files = partitions.ConvertAll(partition => partition.Publish());
        folder.FlushDay(target.Topic.Name, target.Date);
        steps.Reached(LandingStep.FolderFlushed);
        return files;
    }

    private async Task CommitGroupAsync(DrainRequest request, DrainTarget target, TopicConsumer consumer, List<PartitionDrain> partitions)
    {
        steps.Reached(LandingStep.BeforeGroupCommit);
        try
        {
            await Task.Run(() => consumer.CommitGroup(partitions));
        }
        catch (KafkaException exception)
        {
            DrainLog.GroupNotCommitted(request.Log, target.Topic.Name, exception.Error.Reason);
        }
    }
}
