using Confluent.Kafka;
using PinScheduler.Kafka;

namespace PinScheduler.Tests.Kafka;

public class TopicCatalogTests
{
    private readonly EmbeddedBroker _broker = EmbeddedBroker.Shared;

    [Fact]
    public async Task Find_GivesPartitionsAndId_WhenTheTopicExists()
    {
        var topics = await _broker.CreateTopicsAsync("catalog", 3);
        using var catalog = new TopicCatalog(_broker.Clients(), TimeProvider.System);

        var found = await catalog.FindAsync(topics["pin"], default);

        Assert.Equal([0, 1, 2], found!.Partitions.Select(partition => partition.Partition));
        Assert.All(found.Partitions, partition => Assert.Equal(1, partition.Leader));
        Assert.InRange(found.Incarnation.Length, 20, 36);
    }

    [Fact]
    public async Task Find_CreatesNothing_WhenTheTopicIsUnknown()
    {
        using var catalog = new TopicCatalog(_broker.Clients(), TimeProvider.System);
        var name = $"never-{Guid.NewGuid():N}";

        Assert.Null(await catalog.FindAsync(name, default));

        Assert.DoesNotContain(name, (await catalog.RefreshAsync(default)).Keys);
    }

    [Fact]
    public async Task Find_SeesANewTopicSoon_WhenItWasUnknownBefore()
    {
        using var catalog = new TopicCatalog(_broker.Clients(), TimeProvider.System);
        var name = $"late-{Guid.NewGuid():N}";
        Assert.Null(await catalog.FindAsync(name, default));
        await _broker.CreateTopicAsync(name, 2);

        var deadline = DateTimeOffset.MinValue + TimeSpan.FromSeconds(5);
        TopicInfo? found = null;
        for (var waited = DateTimeOffset.MinValue; found is null && waited < deadline; waited += TimeSpan.FromMilliseconds(100))
        {
            await Task.Delay(100);
            found = await catalog.FindAsync(name, default);
        }

        Assert.Equal(2, found?.Partitions.Count);
    }

    [Fact]
    public async Task Refresh_GivesAnotherIncarnation_WhenTheTopicWasMadeAgain()
    {
        var name = $"again-{Guid.NewGuid():N}";
        await _broker.CreateTopicAsync(name, 1);
        using var catalog = new TopicCatalog(_broker.Clients(), TimeProvider.System);
        var first = (await catalog.RefreshAsync(default))[name].Incarnation;
        await _broker.DeleteTopicAsync(name);
        await _broker.CreateTopicAsync(name, 1);

        Assert.NotEqual(first, (await catalog.RefreshAsync(default))[name].Incarnation);
    }

    [Fact]
    public async Task Watermarks_GiveLowAndHigh_WhenRecordsCameAndExpired()
    {
        var topics = await _broker.CreateTopicsAsync("watermarks", 2);
        using var producer = _broker.Clients().CreateProducer<Null, string>(builder => builder);
        for (var i = 0; i < 5; i++)
        {
            // one a batch: the broker expires whole batches
            await producer.ProduceAsync(new TopicPartition(topics["geo"], 1), new Message<Null, string> { Value = "{}" });
        }

        await _broker.DeleteRecordsAsync(topics["geo"], 1, 2);
        using var catalog = new TopicCatalog(_broker.Clients(), TimeProvider.System);

        var marks = await catalog.WatermarksAsync((await catalog.FindAsync(topics["geo"], default))!, default);

        Assert.Equal([new Watermarks(0, 0, 0), new Watermarks(1, 2, 5)], marks);
    }
}
