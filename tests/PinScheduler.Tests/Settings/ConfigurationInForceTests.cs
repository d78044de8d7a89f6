using Microsoft.Extensions.Configuration;
using PinScheduler.Settings;

namespace PinScheduler.Tests.Settings;

public sealed class ConfigurationInForceTests
{
    [Fact]
    public void List_HidesSecrets_AndNamesTheSource()
    {
        var configuration = new ConfigurationBuilder().AddCommandLine(["--ConnectionStrings:MySql=Server=db;User ID=u;Password='se;cret'", "--Kafka:sasl.password=secret", "--Kafka:linger.ms=5", "--Unrelated:Key=secret", "--Pipeline:Hook=https://u:secret@host"]).Build();

        var settings = new ConfigurationInForce(configuration, [new("ConnectionStrings:MySql", null), new("Kafka", null), new("Pipeline", null)]).List();

        Assert.DoesNotContain(settings, setting => setting.Value.Contains("cret", StringComparison.Ordinal));
        Assert.Contains(new Setting("Kafka:linger.ms", "5", "command line"), settings);
        Assert.Contains("Server=db", settings.Single(setting => setting.Key == "ConnectionStrings:MySql").Value, StringComparison.Ordinal);
        Assert.DoesNotContain(settings, setting => setting.Key == "Unrelated:Key");
    }
}
