using Confluent.Kafka;
using Microsoft.Extensions.Options;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain.Reading;
using PinScheduler.Telemetry;

namespace PinScheduler.Stages.Drain;

/// <summary>
/// Drains a topic from where the ledger stands to where the topic ends now. In this order: files written, flushed, renamed, their folder
/// flushed, their rows committed, the group's offsets committed: dying between any two of these loses and repeats nothing.
/// </summary>
internal sealed class TopicDrain(
    PartitionLocks locks,
    RecordReaders readers,
    PatientBroker broker,
    FileRepair repair,
    ExpiredOffsets gaps,
    AcceptedLedger accepted,
    IOptions<KafkaOptions> kafka,
    IOptions<DrainOptions> options,
    IOptions<LandingOptions> landing,
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
            var info = await FindAsync(request, name, cancellationToken);
            if (request.Ranges is { } ranges && ranges.Incarnation != info.Incarnation)
            {
                throw new StageFailedException($"The topic '{name}' was deleted and created again just now. The next attempt drains the new one from its beginning.", retry: true);
            }

            var topic = await store.TopicAsync(request.DataSet.Key, name, info.Incarnation, cancellationToken);
            return await DrainAllAsync(request, topic, info, cancellationToken);
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

    private async Task<TopicInfo> FindAsync(DrainRequest request, string name, CancellationToken cancellationToken) =>
        await broker.FindAsync(request, name, cancellationToken)
            ?? throw new StageFailedException($"There is no topic '{name}': run the task 'topics', or name the right one in 'Kafka:Topics'.", retry: true);

    // what others have at work comes last: they have drained it by then to where it ended for us, or given it up
    private async Task<bool> DrainAllAsync(DrainRequest request, LandingTopic topic, TopicInfo info, CancellationToken cancellationToken)
    {
        var progress = new DrainProgress(request);
        var ends = request.Ranges?.Partitions.ToDictionary(range => range.Key, range => range.Value.To);
        var left = ends is null ? info : info with { Partitions = [.. info.Partitions.Where(partition => ends.ContainsKey(partition.Partition))] };
        for (left = await WithoutDoneAsync(request, progress, left, ends, cancellationToken); left.Partitions.Count > 0;)
        {
            await using var held = await locks.TakeAsync(request, topic, left.Partitions, cancellationToken);
            if (held is null)
            {
                return false;
            }

            var marks = (await broker.WatermarksAsync(request, left, cancellationToken)).ToDictionary(mark => mark.Partition);
            ends ??= marks.ToDictionary(mark => mark.Key, mark => mark.Value.High);
            await DrainAsync(request, topic, [.. held.Partitions.Select(partition => marks[partition])], ends, progress, cancellationToken);
            left = await WithoutDoneAsync(request, progress, Without(left, held.Partitions), ends, cancellationToken);
        }

        return true;
    }

    // only where the topic is shared is anything done elsewhere
    private async Task<TopicInfo> WithoutDoneAsync(DrainRequest request, DrainProgress progress, TopicInfo left, Dictionary<int, long>? ends, CancellationToken cancellationToken)
    {
        if (request.Ranges is null)
        {
            return left;
        }

        var next = await store.NextOffsetsAsync(left.Name, left.Incarnation, cancellationToken);
        var done = left.Partitions.Select(partition => partition.Partition).Where(partition => next.GetValueOrDefault(partition) >= ends![partition]).ToList();
        var offsets = done.Sum(progress.Complete);
        if (offsets > 0)
        {
            DrainLog.DrainedElsewhere(request.Log, left.Name, offsets, done.Count);
        }

        return Without(left, done);
    }

    private static TopicInfo Without(TopicInfo topic, IReadOnlyCollection<int> partitions) =>
        topic with { Partitions = [.. topic.Partitions.Where(partition => !partitions.Contains(partition.Partition))] };

    private async Task DrainAsync(DrainRequest request, LandingTopic topic, IReadOnlyList<Watermarks> marks, Dictionary<int, long> ends, DrainProgress progress, CancellationToken cancellationToken)
    {
        var target = new DrainTarget(topic, request.Date, folder.DayPath(topic.Name, request.Date), landing.Value.LandingCompression == LandingOptions.Gzip, await request.FenceAsync(cancellationToken));
        var claims = (await claiming.TakeAsync(topic, [.. marks.Select(mark => mark.Partition)], target.Fence, cancellationToken)).ToDictionary(claim => claim.Partition);
        steps.Reached(LandingStep.Claimed);
        if (request.Run is not null)
        {
            await repair.RunAsync(request, target, marks, claims, cancellationToken);
        }

        var partitions = new List<PartitionDrain>();
        foreach (var mark in marks)
        {
            var next = await gaps.PassAsync(request, target, claims[mark.Partition], mark, cancellationToken);
            accepted.Drained(topic.Name, next.Partition, next.NextOffset);
            if (next.NextOffset < ends[next.Partition])
            {
                partitions.Add(new PartitionDrain(target, next, ends[next.Partition], options.Value, steps));
            }
        }

        steps.Reached(LandingStep.EndsNoted);
        progress.Begin(partitions);
        if (partitions.Count > 0)
        {
            await ConsumeAsync(request, target, partitions, progress, cancellationToken);
        }
    }

    private async Task ConsumeAsync(DrainRequest request, DrainTarget target, List<PartitionDrain> partitions, DrainProgress progress, CancellationToken cancellationToken)
    {
        folder.CreateDay(target.Topic.Name, target.Date);
        DrainLog.Draining(request.Log, target.Topic.Name, progress.Left, partitions.Count);
        using var consumer = new TopicConsumer(readers, target.Topic.Name, partitions, options.Value.BrokerPatience, time);
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
        var now = await FindAsync(request, target.Topic.Name, cancellationToken);
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
        SchedulerTelemetry.RecordsLanded(target.Topic.Name, records, dead);
    }

    private List<LandingFile> Publish(DrainTarget target, List<PartitionDrain> partitions)
    {
        partitions.ForEach(partition => partition.Finish());
        var files = partitions.ConvertAll(partition => partition.Publish());
        folder.FlushDay(target.Folder);
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
