using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WarehouseBench.Data;

/// <summary>A source row as the line of a landing file: a JSON object as emulate sends it.</summary>
internal sealed class RecordLine(string[] columns) : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly JsonEncodedText[] _names = [.. columns.Select(static column => JsonEncodedText.Encode(column))];
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public ReadOnlySpan<byte> Of(object?[] row)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        for (var column = 0; column < row.Length; column++)
        {
            _json.WritePropertyName(_names[column]);
            switch (row[column])
            {
                case null:
                    _json.WriteNullValue();
                    break;
                case int number:
                    _json.WriteNumberValue(number);
                    break;
                case double number:
                    _json.WriteNumberValue(number);
                    break;
                case DateTime instant:
                    _json.WriteStringValue(instant.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
                    break;
                case string text:
                    _json.WriteStringValue(text);
                    break;
                case var other:
                    throw new InvalidOperationException($"The source has a {other.GetType()} in '{columns[column]}', which no case here writes.");
            }
        }

        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenSpan;
    }

    public void Dispose() => _json.Dispose();
}
