using System.IO.Hashing;
using System.Text.Json;
using Confluent.Kafka;
using PinScheduler.Stages;

namespace IngestBench.Drain;

/// <summary>What one would write at first: Confluent.Kafka's consumer, a `byte[]` a value, a file a topic; careful, it also checks, hashes and flushes to disk.</summary>
internal static class BareLoop
{
    public static long Run(string brokers, int partitions, string folder, bool careful)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = "bare",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            CheckCrcs = false,
            // as ours: with its default, a second, many partitions starve
            FetchQueueBackoffMs = 5,
        }).Build();
        consumer.Assign(DataSet.All.SelectMany(set => Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(Records.Topic(set), partition, 0))));
        var files = DataSet.All.ToDictionary(Records.Topic, set => File.Create(Path.Combine(folder, set.Key + ".json"), 256 * 1024));
        var hashes = DataSet.All.ToDictionary(Records.Topic, _ => new XxHash128());
        var (count, open) = (0L, partitions * DataSet.All.Count);
        while (open > 0)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException("The broker has sent nothing for ten seconds.");
            if (result.IsPartitionEOF)
            {
                open--;
                continue;
            }

            if (careful)
            {
                Check(result.Message.Value);
                hashes[result.Topic].Append(result.Message.Value);
                hashes[result.Topic].Append("\n"u8);
            }

            files[result.Topic].Write(result.Message.Value);
            files[result.Topic].WriteByte((byte)'\n');
            count++;
        }

        foreach (var file in files.Values)
        {
            file.Flush(flushToDisk: careful);
            file.Dispose();
        }

        return count;
    }

    private static void Check(byte[] value)
    {
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
        }
    }
}
