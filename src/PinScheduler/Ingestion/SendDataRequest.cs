using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace PinScheduler.Ingestion;

/// <summary>The original script's own request: {"topic_name":…,"data":{…}}, keyed by the data's index or ind.</summary>
internal sealed record SendDataRequest(string Topic, ProduceRecord Record, byte[] Body)
{
    // the envelope adds one level to a value's 64
    private const int MaxDepth = 65;

    /// <exception cref="IngestionException">The body is not JSON (400), or not such a request (422).</exception>
    public static SendDataRequest Parse(byte[] body, int length)
    {
        var text = body.AsMemory(0, length);
        if (!Utf8.IsValid(text.Span))
        {
            throw IngestionException.Malformed("The body is not valid UTF-8: send JSON encoded as UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("topic_name", out var topic) || topic.ValueKind != JsonValueKind.String)
            {
                throw IngestionException.Invalid("The body must be {\"topic_name\":…,\"data\":{…}} with the topic's name as text.");
            }

            if (!root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            {
                throw IngestionException.Invalid("'data' must be an object: the record's fields by name.");
            }

            return Of(topic.GetString()!, KeyOf(data), Encoding.UTF8.GetBytes(data.GetRawText()));
        }
        catch (JsonException exception)
        {
            throw IngestionException.Malformed($"The body is not JSON, or nested deeper than 64 within 'data': {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            throw IngestionException.Invalid("'topic_name' or the index holds half of a surrogate pair, which UTF-8 cannot express.");
        }
    }

    private static SendDataRequest Of(string topic, string? key, byte[] value)
    {
        var keyBytes = key is null ? [] : Encoding.UTF8.GetBytes(key);
        return new SendDataRequest(topic, new ProduceRecord
        {
            Value = new Slice(0, value.Length),
            Key = key is null ? Slice.None : new Slice(value.Length, keyBytes.Length),
        }, [.. value, .. keyBytes]);
    }

    private static string? KeyOf(JsonElement data)
    {
        if (!data.TryGetProperty("index", out var index) && !data.TryGetProperty("ind", out index))
        {
            return null;
        }

        return index.ValueKind switch
        {
            JsonValueKind.String => index.GetString(),
            JsonValueKind.Null => null,
            _ => index.GetRawText(),
        };
    }
}
