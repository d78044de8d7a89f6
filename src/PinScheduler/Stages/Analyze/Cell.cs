using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MySqlConnector;

namespace PinScheduler.Stages.Analyze;

/// <summary>One value of a result as JSON: numbers with all their digits and no idle zeros, times as ISO 8601, bytes as base64.</summary>
internal static class Cell
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Utf8JsonWriter writer, MySqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            writer.WriteNullValue();
            return;
        }

        switch (Type.GetTypeCode(reader.GetFieldType(column)))
        {
            case TypeCode.Decimal:
                // System.Decimal ends at 28 digits, MySQL's at 65
                writer.WriteRawValue(Plain(reader.GetMySqlDecimal(column).ToString()));
                break;
            case TypeCode.Double:
                writer.WriteNumberValue(reader.GetDouble(column));
                break;
            case TypeCode.Single:
                writer.WriteNumberValue(reader.GetFloat(column));
                break;
            case TypeCode.UInt64:
                writer.WriteNumberValue(reader.GetUInt64(column));
                break;
            case TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.Boolean:
                writer.WriteNumberValue(reader.GetInt64(column));
                break;
            case TypeCode.DateTime:
                writer.WriteStringValue(Instant(reader.GetDateTime(column), dateOnly: reader.GetDataTypeName(column) == "DATE"));
                break;
            default:
                WriteOther(writer, reader.GetValue(column));
                break;
        }
    }

    private static void WriteOther(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case TimeSpan time:
                // TIME goes to 838 hours, and TimeSpan's own forms break at the day
                writer.WriteStringValue($"{(time < TimeSpan.Zero ? "-" : "")}{Math.Abs((long)time.TotalHours):00}:{time:mm\\:ss\\.FFFFFF}".TrimEnd('.'));
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Plain(string digits) => digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits;

    private static string Instant(DateTime value, bool dateOnly) =>
        dateOnly ? value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
