using System.Buffers;
using System.Text.Json;

namespace PinScheduler.Landing;

/// <summary>One line of a `.dead.jsonl`: a record that is no line of a landing file, whole, and why. Key and value are base64: they can be any bytes.</summary>
internal static class DeadLetter
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    public static void Write(IBufferWriter<byte> output, int partition, long offset, Bytes key, Bytes value, string reason)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("partition"u8, partition);
            json.WriteNumber("offset"u8, offset);
            WriteBytes(json, "key"u8, key);
            WriteBytes(json, "value"u8, value);
            json.WriteString("reason"u8, reason);
            json.WriteEndObject();
        }

        output.Write(NewLine);
    }

    private static void WriteBytes(Utf8JsonWriter json, ReadOnlySpan<byte> name, Bytes bytes)
    {
        if (bytes.IsNull)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteBase64String(name, bytes.Span);
        }
    }
}
