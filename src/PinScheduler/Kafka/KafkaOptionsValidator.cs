using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using PinScheduler.Stages;

namespace PinScheduler.Kafka;

internal sealed partial class KafkaOptionsValidator(IConfiguration configuration) : IValidateOptions<KafkaOptions>
{
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        var wrong = Errors(options).ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private IEnumerable<string> Errors(KafkaOptions options)
    {
        if (options.BootstrapServers.Length == 0)
        {
            yield return "'Kafka:BootstrapServers' is empty: name a broker (host:port, several with commas), or start with ./run, which brings one.";
        }

        var known = DataSet.All.Select(set => set.Key).ToList();
        foreach (var unknown in options.Topics.Keys.Except(known))
        {
            yield return $"'Kafka:Topics:{unknown}' is no data set; there are {string.Join(", ", known)}.";
        }

        foreach (var set in known)
        {
            if (!TopicName().IsMatch(options.TopicOf(set)) || options.TopicOf(set) is "." or "..")
            {
                yield return $"'Kafka:Topics:{set}:Name' is '{options.TopicOf(set)}'; a topic's name has 1 to 249 of the characters a-z A-Z 0-9 . _ -";
            }

            if (options.PartitionsOf(set) is < 1 or > 1000)
            {
                yield return $"'Kafka:Topics:{set}:Partitions' is {options.PartitionsOf(set)}; it must be 1 to 1000.";
            }
        }

        foreach (var twice in known.GroupBy(options.TopicOf).Where(group => group.Count() > 1))
        {
            yield return $"'Kafka:Topics' gives the topic '{twice.Key}' to {string.Join(" and ", twice)}; each data set needs its own.";
        }

        foreach (var (key, value) in KafkaClients.PassedOn(configuration))
        {
            if (Librdkafka.Check(key, value) is { } error)
            {
                yield return $"'Kafka:{key}' is not taken by librdkafka: {error}";
            }
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9._-]{1,249}$")]
    private static partial Regex TopicName();
}
