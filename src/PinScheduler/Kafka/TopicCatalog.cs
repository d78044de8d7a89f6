using System.Collections.Frozen;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace PinScheduler.Kafka;

/// <summary>
/// Our own list of the cluster's topics. Asking the cluster for one topic by name is avoided: the embedded broker, and a real one with
/// auto.create.topics.enable, would create it by that.
/// </summary>
internal sealed class TopicCatalog(KafkaClients clients, TimeProvider time) : IDisposable
{
    // an unknown name asks the cluster again, but a flood of them does so once in this time
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    // partitions may be added, leaders move
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lazy<IAdminClient> _admin = new(clients.CreateAdmin);
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private volatile Listing? _listing;
    private Task _asking = Task.CompletedTask;

    public IAdminClient Admin => _admin.Value;

    /// <summary>The topic, from the list at hand; a name that is not in it is looked up anew. Null: there is no such topic.</summary>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    public async ValueTask<TopicInfo?> FindAsync(string topic, CancellationToken cancellationToken)
    {
        if (_listing is { } known && Age(known) < StaleAfter && known.Topics.TryGetValue(topic, out var found))
        {
            return found;
        }

        if (_listing is { } stale && stale.Topics.TryGetValue(topic, out var last))
        {
            try
            {
                return (await RefreshAsync(AskAgainAfter, cancellationToken)).GetValueOrDefault(topic);
            }
            catch (KafkaException)
            {
                // what is known of a topic outlives the cluster's absence; producing will tell
                return last;
            }
        }

        return (await RefreshAsync(AskAgainAfter, cancellationToken)).GetValueOrDefault(topic);
    }

    /// <summary>What is known has shown itself to be wrong: the next question is asked anew.</summary>
    public void Forget() => _listing = null;

    /// <summary>All topics but Kafka's internal ones, asked for now.</summary>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    public Task<IReadOnlyDictionary<string, TopicInfo>> RefreshAsync(CancellationToken cancellationToken) => RefreshAsync(TimeSpan.Zero, cancellationToken);

    /// <summary>Low and high offset of each partition, in two requests for all.</summary>
    /// <exception cref="KafkaException">The cluster does not answer, or a partition has no leader.</exception>
    public async Task<IReadOnlyList<Watermarks>> WatermarksAsync(TopicInfo topic, CancellationToken cancellationToken)
    {
        if (topic.Partitions.Count == 0)
        {
            return [];
        }

        var offsets = await Task.WhenAll(OffsetsAsync(topic, OffsetSpec.Earliest()), OffsetsAsync(topic, OffsetSpec.Latest())).WaitAsync(cancellationToken);
        return [.. topic.Partitions.Select(partition => new Watermarks(partition.Partition, offsets[0][partition.Partition], offsets[1][partition.Partition]))];
    }

    public void Dispose()
    {
        // whoever was cancelled has left its question behind, which must not find the client freed
        Task.WaitAny(_asking);
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }

        _refreshing.Dispose();
    }

    private async Task<IReadOnlyDictionary<string, TopicInfo>> RefreshAsync(TimeSpan youngerIsEnough, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (_listing is { } listing && Age(listing) < youngerIsEnough)
            {
                return listing.Topics;
            }

            var asked = time.GetTimestamp();
            var topics = await ListAsync(cancellationToken);
            _listing = new Listing(topics, asked);
            return topics;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private async Task<FrozenDictionary<string, TopicInfo>> ListAsync(CancellationToken cancellationToken)
    {
        // librdkafka's metadata call blocks
        cancellationToken.ThrowIfCancellationRequested();
        var asking = Task.Run(() => Admin.GetMetadata(Patience), CancellationToken.None);
        _asking = _asking.IsCompleted ? asking : Task.WhenAll(_asking, asking);
        var metadata = await asking.WaitAsync(cancellationToken);
        var names = metadata.Topics.Where(topic => topic.Error.Code == ErrorCode.NoError && !topic.Topic.StartsWith("__", StringComparison.Ordinal)).Select(topic => topic.Topic).ToList();
        if (names.Count == 0)
        {
            return FrozenDictionary<string, TopicInfo>.Empty;
        }

        var described = await DescribeAsync(names).WaitAsync(cancellationToken);
        return described
            .Where(topic => topic.Error.Code == ErrorCode.NoError && !topic.IsInternal)
            .Select(topic => new TopicInfo(topic.Name, topic.TopicId.ToString(),
                [.. topic.Partitions.Select(partition => new PartitionInfo(partition.Partition, partition.Leader?.Id ?? -1, [.. partition.Replicas.Select(node => node.Id)])).OrderBy(partition => partition.Partition)]))
            .ToFrozenDictionary(topic => topic.Name, StringComparer.Ordinal);
    }

    private async Task<List<TopicDescription>> DescribeAsync(List<string> names)
    {
        try
        {
            return (await Admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Patience })).TopicDescriptions;
        }
        catch (DescribeTopicsException partly)
        {
            // a topic that went meanwhile, or that we may not see, must not hide the others
            return partly.Results.TopicDescriptions;
        }
    }

    private async Task<Dictionary<int, long>> OffsetsAsync(TopicInfo topic, OffsetSpec which)
    {
        var asked = topic.Partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic.Name, partition.Partition), OffsetSpec = which });
        try
        {
            var answered = await Admin.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = Patience, IsolationLevel = IsolationLevel.ReadCommitted });
            return answered.ResultInfos.Select(info => info.TopicPartitionOffsetError).ToDictionary(answer => answer.Partition.Value, OffsetOf);
        }
        catch (ListOffsetsException partly)
        {
            // the exception's own error says no more than that
            throw new KafkaException(partly.Result.ResultInfos.Select(info => info.TopicPartitionOffsetError.Error).FirstOrDefault(error => error.IsError) ?? partly.Error, partly);
        }
    }

    // a connection that is cut in between leaves partitions without an offset and without an error
    private static long OffsetOf(TopicPartitionOffsetError answer) => answer.Error.IsError
        ? throw new KafkaException(answer.Error)
        : answer.Offset.Value >= 0
            ? answer.Offset.Value
            : throw new KafkaException(new Error(ErrorCode.LeaderNotAvailable, $"nobody gave an offset of '{answer.Topic}' partition {answer.Partition.Value}"));

    private TimeSpan Age(Listing listing) => time.GetElapsedTime(listing.Asked);

    private sealed record Listing(FrozenDictionary<string, TopicInfo> Topics, long Asked);
}
