using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PinScheduler.Source.Generator;

namespace IngestBench.Produce;

/// <summary>Requests of pin records as the generator makes them, ready to be sent: what is measured is not the client.</summary>
internal static class PinRequests
{
    private const long Posts = 100_000;

    private static readonly string[] Columns =
        ["index", "unique_id", "title", "description", "poster_name", "follower_count", "tag_list", "is_image_or_video", "image_src", "downloaded", "save_location", "category"];

    /// <summary>Values of posts from one on, as UTF-8 JSON objects of about 440 bytes.</summary>
    public static IEnumerable<(long Key, byte[] Value)> Records(int count)
    {
        var rows = new SourceRows(seed: 1, Posts, edgeShare: 0);
        var buffer = new ArrayBufferWriter<byte>();
        for (var post = 1; post <= count; post++)
        {
            buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                foreach (var (column, value) in Columns.Zip(rows.Pin(post)))
                {
                    json.WritePropertyName(column);
                    JsonSerializer.Serialize(json, value);
                }

                json.WriteEndObject();
            }

            yield return (post, buffer.WrittenSpan.ToArray());
        }
    }

    /// <summary>A REST Proxy request with its headers.</summary>
    public static byte[] Produce(string topic, IEnumerable<(long Key, byte[] Value)> records) => Request(
        $"/topics/{topic}", "application/vnd.kafka.json.v2+json",
        $"{{\"records\":[{string.Join(',', records.Select(record => $"{{\"key\":\"{record.Key}\",\"value\":{Encoding.UTF8.GetString(record.Value)}}}"))}]}}");

    /// <summary>What the original's script sends: one record.</summary>
    public static byte[] SendData(string topic, byte[] value) => Request(
        "/send-data", "application/json", $"{{\"topic_name\":\"{topic}\",\"data\":{Encoding.UTF8.GetString(value)}}}");

    private static byte[] Request(string path, string type, string body) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
}
