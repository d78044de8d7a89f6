using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PinScheduler.Database;
using PinScheduler.Stages;
using PinScheduler.Stages.Topics;
using PinScheduler.Tests.Ingestion;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Topics;

public class TopicsStageTests
{
    [Fact]
    public async Task Run_CountsAndWarns_WhenTheTopicsAreThere()
    {
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "stage", 3, null, ("Kafka:Topics:pin:Partitions", "3"), ("Kafka:Topics:geo:Partitions", "3"));
        var warnings = new List<string>();

        var result = await RunAsync(server, warnings);

        Assert.Equal((3, 9), (result.Counts["topics"], result.Counts["partitions"]));
        Assert.Contains($"'{server.Topics["user"]}' has 3 partitions, the configuration says 16", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FailsForGood_WhenTheEmbeddedBrokerLacksATopic()
    {
        await using var server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "lacks", 1, null, ("Kafka:Topics:geo:Name", $"absent-{Guid.NewGuid():N}"));

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(server));

        Assert.False(failure.Retry);
        Assert.Contains("absent-", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Restart", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FailsForNow_WhenKafkaIsAway()
    {
        var broker = await Task.Run(() => new EmbeddedBroker());
        await using var server = await IngestionServer.StartAsync(broker, "away", 1, null);
        await broker.DisposeAsync();

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => RunAsync(server));

        Assert.True(failure.Retry);
        Assert.Contains(broker.BootstrapServers, failure.Message, StringComparison.Ordinal);
    }

    private static Task<StageResult> RunAsync(IngestionServer server, List<string>? warnings = null) => server.Services.GetRequiredService<TopicsStage>().RunAsync(new StageContext
    {
        RunId = 1,
        TaskKey = "topics",
        LogicalDate = new DateOnly(2026, 11, 22),
        Parameters = RunParameters.None,
        Attempt = 1,
        Fence = new Fence("unused", 1),
        Log = NullLogger.Instance,
        WarnAsync = text =>
        {
            warnings?.Add(text);
            return Task.CompletedTask;
        },
    }, default);
}
