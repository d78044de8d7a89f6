using System.Text;
using Confluent.Kafka;
using PinScheduler.Ingestion;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

public class Murmur2Tests
{
    [Fact]
    public async Task PartitionOf_IsLibrdkafkasOwn_WhateverTheKey()
    {
        var topic = $"murmur-{Guid.NewGuid():N}";
        await EmbeddedBroker.Shared.CreateTopicAsync(topic, 13);
        using var producer = EmbeddedBroker.Shared.Clients().CreateProducer<byte[], Null>(builder => builder);
        var random = new Random(1);
        var keys = Enumerable.Range(0, 600).Select(i => i < 300 ? Encoding.UTF8.GetBytes($"{i * 37}") : RandomBytes(random, 1 + i % 40)).ToList();

        var reports = await Task.WhenAll(keys.Select(key => producer.ProduceAsync(topic, new Message<byte[], Null> { Key = key })));

        Assert.Equal(reports.Select(report => report.Partition.Value), keys.Select(key => Murmur2.PartitionOf(key, 13)));
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
