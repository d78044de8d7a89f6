using Microsoft.Extensions.Options;
using PinScheduler.Kafka;
using PinScheduler.Stages;

namespace PinScheduler.Ingestion;

/// <summary>What /send-data calls a topic, and what it is called in Kafka.</summary>
internal sealed class TopicAliases
{
    private readonly Dictionary<string, string> _topics;

    public TopicAliases(IOptions<IngestionOptions> options, IOptions<KafkaOptions> kafka)
    {
        _topics = DataSet.All.ToDictionary(set => "mo_user." + set.Key, set => kafka.Value.TopicOf(set.Key), StringComparer.Ordinal);
        foreach (var (alias, topic) in options.Value.TopicAliases)
        {
            _topics[alias] = topic;
        }
    }

    /// <summary>A name that is no alias is the topic's own.</summary>
    public string Resolve(string name) => _topics.GetValueOrDefault(name, name);
}
