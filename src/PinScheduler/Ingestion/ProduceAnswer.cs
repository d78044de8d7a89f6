using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace PinScheduler.Ingestion;

/// <summary>{"offsets":[…]}, a record each, in their order; by hand, for a writer of JSON takes ten times as long.</summary>
internal sealed class ProduceAnswer(ProduceBatch batch) : IResult
{
    // around all records, and around one with its longest numbers
    private const int FrameBytes = 80;
    private const int RecordBytes = 100;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var body = ArrayPool<byte>.Shared.Rent(FrameBytes + (RecordBytes * batch.Records.Count));
        try
        {
            var length = Write(body);
            httpContext.Response.ContentType = KafkaMediaTypes.For(httpContext.Request);
            httpContext.Response.ContentLength = length;
            await httpContext.Response.Body.WriteAsync(body.AsMemory(0, length), httpContext.RequestAborted);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
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

    // all are acknowledged: where one is not, the answer is a problem
    private int Write(byte[] body)
    {
        var at = Copy("{\"offsets\":["u8, body, 0);
        for (var index = 0; index < batch.Outcomes.Count; index++)
        {
            var outcome = batch.Outcomes[index];
            at = Copy(index == 0 ? "{\"partition\":"u8 : ",{\"partition\":"u8, body, at);
            Utf8Formatter.TryFormat(outcome.Partition, body.AsSpan(at), out var digits);
            at = Copy(",\"offset\":"u8, body, at + digits);
            Utf8Formatter.TryFormat(outcome.Offset, body.AsSpan(at), out digits);
            at = Copy(",\"error_code\":null,\"error\":null}"u8, body, at + digits);
        }

        return Copy("],\"key_schema_id\":null,\"value_schema_id\":null}"u8, body, at);
    }

    private static int Copy(ReadOnlySpan<byte> some, byte[] body, int at)
    {
        some.CopyTo(body.AsSpan(at));
        return at + some.Length;
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
