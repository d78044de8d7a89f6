using Microsoft.Extensions.Options;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;

namespace PinScheduler.Inspection.Topics;

/// <summary>Where topics begin and end, and how far they have been drained.</summary>
internal sealed class TopicReader(TopicCatalog catalog, LandingStore ledger, TopicRates rates, IOptions<KafkaOptions> kafka)
{
    /// <param name="all">All of the cluster's topics; else those of the data sets.</param>
    /// <param name="cancellationToken">Ends the wait for the cluster.</param>
    public async Task<IReadOnlyList<TopicView>> ListAsync(bool all, CancellationToken cancellationToken)
    {
        var topics = (await catalog.RefreshAsync(cancellationToken)).Values.Where(topic => all || DataSetOf(topic.Name) is not null);
        var views = await Task.WhenAll(topics.Select(topic => ShowAsync(topic, cancellationToken)));
        return [.. views.OrderBy(view => Order(view.DataSet)).ThenBy(view => view.Topic, StringComparer.Ordinal)];
    }

    public async Task<TopicView> ShowAsync(TopicInfo topic, CancellationToken cancellationToken)
    {
        var marks = await catalog.WatermarksAsync(topic, cancellationToken);
        var next = await ledger.NextOffsetsAsync(topic.Name, topic.Incarnation, cancellationToken);
        var look = rates.Look(topic, marks);
        var partitions = topic.Partitions.Zip(marks, (partition, mark) =>
        {
            var drained = next.GetValueOrDefault(mark.Partition);
            var rate = look is { } seen && seen.Highs.TryGetValue(mark.Partition, out var high) ? Math.Round((mark.High - high) / seen.Seconds, 1) : (double?)null;
            return new PartitionView(partition.Partition, partition.Leader, partition.Replicas, mark.Low, mark.High, drained, mark.High - drained, rate);
        }).ToList();
        return new TopicView(
            topic.Name, DataSetOf(topic.Name), topic.Incarnation, partitions.Sum(one => one.HighOffset - one.LowOffset), partitions.Sum(one => one.Lag),
            look is null ? null : Math.Round(partitions.Sum(one => one.Rate ?? 0), 1), look is { } interval ? Math.Round(interval.Seconds, 2) : null, partitions);
    }

    /// <summary>The pipeline's topics, asked for without a trace: the next question's rate is not counted from this one.</summary>
    /// <exception cref="Confluent.Kafka.KafkaException">The cluster does not answer.</exception>
    public async Task<IReadOnlyList<TopicLag>> LagsAsync(CancellationToken cancellationToken)
    {
        var topics = (await catalog.RefreshAsync(cancellationToken)).Values.Where(topic => DataSetOf(topic.Name) is not null);
        return await Task.WhenAll(topics.Select(async topic =>
        {
            var marks = await catalog.WatermarksAsync(topic, cancellationToken);
            var next = await ledger.NextOffsetsAsync(topic.Name, topic.Incarnation, cancellationToken);
            var (end, drained) = (marks.Sum(static mark => mark.High), marks.Sum(mark => next.GetValueOrDefault(mark.Partition)));
            return new TopicLag(topic.Name, end, drained, end - drained);
        }));
    }

    /// <exception cref="NotInspectableException">There is no such topic.</exception>
    public async Task<TopicInfo> FindAsync(string topic, CancellationToken cancellationToken) =>
        (await catalog.RefreshAsync(cancellationToken)).GetValueOrDefault(topic) ?? throw NotInspectableException.Unknown($"There is no topic '{topic}'; see the list of topics.");

    private string? DataSetOf(string topic) => DataSet.All.FirstOrDefault(set => kafka.Value.TopicOf(set.Key) == topic)?.Key;

    private static int Order(string? dataSet) => dataSet is null ? int.MaxValue : DataSet.All.Index().First(set => set.Item.Key == dataSet).Index;
}
