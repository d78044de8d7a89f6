using System.Text.Json;

namespace PinScheduler.Ingestion;

/// <summary>{"offsets":[…]}, a record each, in their order.</summary>
internal sealed class ProduceAnswer(ProduceBatch batch) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = KafkaMediaTypes.For(httpContext.Request);
        await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter);
        json.WriteStartObject();
        WriteOffsets(json, batch);
        json.WriteNull("key_schema_id");
        json.WriteNull("value_schema_id");
        json.WriteEndObject();
    }

    public static void WriteOffsets(Utf8JsonWriter json, ProduceBatch batch)
    {
        json.WriteStartArray("offsets");
        foreach (var outcome in batch.Outcomes)
        {
            json.WriteStartObject();
            WriteNumber(json, "partition", outcome.Partition >= 0 ? outcome.Partition : null);
            WriteNumber(json, "offset", outcome.Error is null || outcome.Offset >= 0 ? outcome.Offset : null);
            WriteNumber(json, "error_code", outcome.ErrorCode);
            json.WriteString("error", outcome.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
