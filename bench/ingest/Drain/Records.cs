using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using PinScheduler.Source.Generator;
using PinScheduler.Stages;

namespace IngestBench.Drain;

/// <summary>What is drained: the generator's posts, a record of each data set, in big batches.</summary>
internal static class Records
{
    private const long Posts = 100_000;

    private static readonly Dictionary<string, string[]> Columns = new()
    {
        ["pin"] = ["index", "unique_id", "title", "description", "poster_name", "follower_count", "tag_list", "is_image_or_video", "image_src", "downloaded", "save_location", "category"],
        ["geo"] = ["ind", "timestamp", "latitude", "longitude", "country"],
        ["user"] = ["ind", "first_name", "last_name", "age", "date_joined"],
    };

    public static string Topic(DataSet set) => $"bench.{set.Key}";

    /// <returns>Bytes of the values.</returns>
    public static long Produce(string brokers, int records, int partitions, int batch)
    {
        var rows = new SourceRows(seed: 1, Posts, edgeShare: 0);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = brokers,
            LingerMs = 100,
            BatchSize = batch,
            CompressionType = CompressionType.Lz4,
            QueueBufferingMaxMessages = 1_000_000,
        }).Build();
        var (bytes, buffer) = (0L, new ArrayBufferWriter<byte>());
        for (var post = 0; post < records / DataSet.All.Count; post++)
        {
            foreach (var set in DataSet.All)
            {
                var value = Value(rows, set.Key, post % Posts + 1, buffer);
                bytes += value.Length;
                Send(producer, new TopicPartition(Topic(set), post % partitions), new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(post.ToString(CultureInfo.InvariantCulture)), Value = value });
            }
        }

        producer.Flush();
        return bytes;
    }

    private static void Send(IProducer<byte[], byte[]> producer, TopicPartition to, Message<byte[], byte[]> message)
    {
        while (true)
        {
            try
            {
                producer.Produce(to, message);
                return;
            }
            catch (ProduceException<byte[], byte[]> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private static byte[] Value(SourceRows rows, string set, long post, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (column, value) in Columns[set].Zip(set switch { "pin" => rows.Pin(post), "geo" => rows.Geo(post), _ => rows.User(post) }))
            {
                json.WritePropertyName(column);
                JsonSerializer.Serialize(json, value is DateTime time ? time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : value);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
