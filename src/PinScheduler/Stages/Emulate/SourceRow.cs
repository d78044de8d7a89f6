using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MySqlConnector;

namespace PinScheduler.Stages.Emulate;

/// <summary>A row of a source table as the JSON object that is sent: all of its columns, in their order.</summary>
internal static class SourceRow
{
    private const int DateLength = 10;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] ToJson(MySqlDataReader row, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        for (var column = 0; column < row.FieldCount; column++)
        {
            json.WritePropertyName(row.GetName(column));
            WriteValue(json, row.GetValue(column), row.GetDataTypeName(column));
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter json, object value, string type)
    {
        switch (value)
        {
            case DBNull:
                json.WriteNullValue();
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case float number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case MySqlDateTime instant:
                json.WriteStringValue(type == "DATE" ? TextOf(instant)[..DateLength] : TextOf(instant));
                break;
            case byte[] bytes:
                json.WriteStringValue(Encoding.UTF8.GetString(bytes));
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    // its own ToString needs a date that exists
    private static string TextOf(MySqlDateTime instant)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{instant.Year:0000}-{instant.Month:00}-{instant.Day:00} {instant.Hour:00}:{instant.Minute:00}:{instant.Second:00}");
        return instant.Microsecond == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}.{instant.Microsecond:000000}");
    }
}
