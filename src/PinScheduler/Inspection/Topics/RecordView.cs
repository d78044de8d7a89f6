using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace PinScheduler.Inspection.Topics;

/// <summary>A record as it can be shown: `format` says how the bytes are told, json, text or base64, or null where there are none.</summary>
internal sealed record RecordView(int Partition, long Offset, DateTime Time, BytesView Key, BytesView Value, IReadOnlyList<HeaderView> Headers)
{
    public static RecordView Of(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Partition.Value,
        result.Offset.Value,
        result.Message.Timestamp.UtcDateTime,
        BytesView.Of(result.Message.Key, mayBeJson: false),
        BytesView.Of(result.Message.Value, mayBeJson: true),
        [.. (result.Message.Headers ?? []).Select(header => new HeaderView(header.Key, BytesView.Of(header.GetValueBytes(), mayBeJson: false)))]);
}

internal sealed record HeaderView(string Name, BytesView Value);

/// <param name="Format">json, text, base64; null: no bytes at all.</param>
/// <param name="Data">The JSON as it came, or a string.</param>
/// <param name="Bytes">How many there are; what is shown of a long one is its beginning.</param>
internal sealed record BytesView(string? Format, RawJson? Data, int Bytes)
{
    private const int MostShown = 64 * 1024;

    public static BytesView Of(byte[]? bytes, bool mayBeJson)
    {
        if (bytes is null)
        {
            return new BytesView(null, null, 0);
        }

        if (mayBeJson && bytes.Length <= MostShown && RawJson.IsJson(bytes))
        {
            return new BytesView("json", new RawJson(bytes), bytes.Length);
        }

        // a cut in the middle of a character is no reason to call it binary
        var shown = bytes.AsSpan(0, Math.Min(bytes.Length, MostShown));
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? new BytesView("text", new RawJson(JsonSerializer.SerializeToUtf8Bytes(Encoding.UTF8.GetString(shown))), bytes.Length)
            : new BytesView("base64", new RawJson(JsonSerializer.SerializeToUtf8Bytes(Convert.ToBase64String(shown))), bytes.Length);
    }
}
