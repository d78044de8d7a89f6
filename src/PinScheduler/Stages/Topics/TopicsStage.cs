using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Options;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Topics;

/// <summary>Stage `topics`: the configured topics exist afterwards. The embedded broker makes them at its start, so there it only looks.</summary>
internal sealed class TopicsStage(TopicCatalog catalog, IOptions<KafkaOptions> kafka, TimeProvider time) : IStage
{
    // the cluster's own setting, default.replication.factor
    private const short ClustersReplication = -1;

    // a new topic is known to all brokers only after a while
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(100);

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            var topics = await catalog.RefreshAsync(cancellationToken);
            var missing = Wanted().Where(wanted => !topics.ContainsKey(wanted.Name)).ToList();
            if (missing.Count > 0)
            {
                await CreateAsync(missing, context.Log, cancellationToken);
                topics = await AwaitAsync(missing, cancellationToken);
            }

            await WarnOfPartitionsAsync(topics, context);
            return StageResult.Of(("topics", Wanted().Count), ("partitions", Wanted().Sum(wanted => topics[wanted.Name].Partitions.Count)));
        }
        catch (KafkaException exception)
        {
            throw new StageFailedException($"Kafka at '{kafka.Value.BootstrapServers}' does not answer: {exception.Error.Reason}. Start it, or set 'Kafka:BootstrapServers'.", retry: true, exception);
        }
    }

    private List<(string Name, int Partitions)> Wanted() => [.. DataSet.All.Select(set => (kafka.Value.TopicOf(set.Key), kafka.Value.PartitionsOf(set.Key)))];

    private async Task CreateAsync(List<(string Name, int Partitions)> missing, ILogger log, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", missing.Select(topic => $"'{topic.Name}'"));
        if (kafka.Value.Embedded)
        {
            throw new StageFailedException($"The embedded broker has no topic {names}: it makes those of the configuration when it starts. Restart ./run with the settings 'Kafka:Topics' that you want.");
        }

        try
        {
            await catalog.Admin.CreateTopicsAsync(missing.Select(topic => new TopicSpecification { Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = ClustersReplication })).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException exception)
        {
            // somebody else may have been faster, which is as good
            var refused = exception.Results.Where(result => result.Error.IsError && result.Error.Code != ErrorCode.TopicAlreadyExists).ToList();
            if (refused.Count > 0)
            {
                throw new StageFailedException(
                    $"Kafka did not create {string.Join("; ", refused.Select(result => $"'{result.Topic}': {result.Error.Reason}"))}. Create them by hand, or give our user the right to.",
                    retry: !refused.Exists(result => result.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.PolicyViolation or ErrorCode.InvalidPartitions),
                    exception);
            }
        }

        TopicsLog.Created(log, names);
    }

    private async Task<IReadOnlyDictionary<string, TopicInfo>> AwaitAsync(List<(string Name, int Partitions)> missing, CancellationToken cancellationToken)
    {
        for (var started = time.GetTimestamp(); ; await Task.Delay(LookAgainAfter, time, cancellationToken))
        {
            var topics = await catalog.RefreshAsync(cancellationToken);
            if (missing.TrueForAll(topic => topics.ContainsKey(topic.Name)))
            {
                return topics;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                throw new StageFailedException($"Kafka took {string.Join(", ", missing.Select(topic => $"'{topic.Name}'"))} but does not show them after {Patience.TotalSeconds:0} s.", retry: true);
            }
        }
    }

    private async Task WarnOfPartitionsAsync(IReadOnlyDictionary<string, TopicInfo> topics, StageContext context)
    {
        foreach (var (name, partitions) in Wanted())
        {
            if (topics[name].Partitions.Count is var actual && actual != partitions)
            {
                await context.WarnAsync($"The topic '{name}' has {actual} partitions, the configuration says {partitions} ('Kafka:Topics'). It is used as it is; set the configuration to {actual}, or change the topic.");
            }
        }
    }
}
