using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PinScheduler.Kafka;

namespace PinScheduler.Tests.Kafka;

public class KafkaOptionsTests
{
    [Fact]
    public void Options_TellAllErrorsAtOnce_WhenSeveralAreWrong()
    {
        using var services = Services(("Kafka:Topics:pin:Name", "a b"), ("Kafka:Topics:geo:Partitions", "0"), ("Kafka:Topics:usr:Name", "x"), ("Kafka:sasl.mechanizm", "PLAIN"), ("Kafka:linger.ms", "soon"), ("Kafka:BootstrapServers", ""));

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<KafkaOptions>>().Value);

        string[] keys = ["'Kafka:BootstrapServers'", "'Kafka:Topics:usr'", "'Kafka:Topics:pin:Name'", "'Kafka:Topics:geo:Partitions'", "'Kafka:linger.ms'", "'Kafka:sasl.mechanizm'"];
        Assert.Equal(keys.Order(StringComparer.Ordinal), failure.Failures.Select(text => text[..(text.IndexOf('\'', 1) + 1)]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Options_RefuseOneTopicForTwoDataSets_Always()
    {
        using var services = Services(("Kafka:Topics:pin:Name", "same"), ("Kafka:Topics:geo:Name", "same"));

        Assert.Contains("'same'", Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<KafkaOptions>>().Value).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 16)]
    [InlineData(false, 8)]
    public void Options_NameTopicsAndPartitions_WhenNothingIsConfigured(bool embedded, int partitions)
    {
        var options = new KafkaOptions { Embedded = embedded };

        Assert.Equal(("pinterest.geo", partitions), (options.TopicOf("geo"), options.PartitionsOf("geo")));
    }

    [Fact]
    public void Settings_PassOnWhatIsNotOurs_ButKeepWhatCorrectnessNeeds()
    {
        using var services = Services(("Kafka:security.protocol", "plaintext"), ("Kafka:sasl:username", "me"), ("Kafka:linger.ms", "7"), ("Kafka:acks", "1"), ("Kafka:auto.offset.reset", "earliest"), ("Kafka:Topics:pin:Name", "pins"));
        var clients = services.GetRequiredService<KafkaClients>();

        var producer = clients.ProducerSettings();
        Assert.Equal(("plaintext", "me", "7", "all", "true", "murmur2_random"), (producer["security.protocol"], producer["sasl.username"], producer["linger.ms"], producer["acks"], producer["enable.idempotence"], producer["partitioner"]));
        Assert.Equal(("error", "read_committed", "true"), (clients.DrainSettings()["auto.offset.reset"], clients.DrainSettings()["isolation.level"], clients.DrainSettings()["check.crcs"]));
        Assert.DoesNotContain(producer.Keys, key => key.StartsWith("Topics", StringComparison.OrdinalIgnoreCase));
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Kafka:BootstrapServers", (string?)"127.0.0.1:9")])
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        return new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddKafka(configuration).BuildServiceProvider();
    }
}
