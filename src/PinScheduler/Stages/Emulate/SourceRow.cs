using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MySqlConnector;

namespace PinScheduler.Stages.Emulate;

/// <summary>Rows of a source table as the JSON objects that are sent: all of their columns, in their order.</summary>
internal sealed class SourceRow : IDisposable
{
    private const int DateLength = 10;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly MySqlDataReader _row;
    private readonly (JsonEncodedText Name, Action<int> Write)[] _columns;
    private readonly Utf8JsonWriter _json;

    public SourceRow(MySqlDataReader row, IBufferWriter<byte> to)
    {
        _row = row;
        _json = new Utf8JsonWriter(to, Options);
        _columns = [.. Enumerable.Range(0, row.FieldCount).Select(column => (JsonEncodedText.Encode(row.GetName(column), Options.Encoder), WriterOf(column)))];
    }

    /// <summary>Writes the row on which the reader stands.</summary>
    public void Write()
    {
        _json.Reset();
        _json.WriteStartObject();
        for (var column = 0; column < _columns.Length; column++)
        {
            _json.WritePropertyName(_columns[column].Name);
            if (_row.IsDBNull(column))
            {
                _json.WriteNullValue();
            }
            else
            {
                _columns[column].Write(column);
            }
        }

        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose() => _json.Dispose();

    // once a query, for each row would ask again
    private Action<int> WriterOf(int column)
    {
        var type = _row.GetFieldType(column);
        if (type == typeof(string))
        {
            return index => _json.WriteStringValue(_row.GetString(index));
        }

        if (type == typeof(sbyte) || type == typeof(byte) || type == typeof(short) || type == typeof(ushort) || type == typeof(int) || type == typeof(uint) || type == typeof(long))
        {
            return index => _json.WriteNumberValue(_row.GetInt64(index));
        }

        if (type == typeof(double))
        {
            return index => _json.WriteNumberValue(_row.GetDouble(index));
        }

        var isDate = _row.GetDataTypeName(column) == "DATE";
        return index => WriteOther(_row.GetValue(index), isDate);
    }

    private void WriteOther(object value, bool isDate)
    {
        switch (value)
        {
            case ulong number:
                _json.WriteNumberValue(number);
                break;
            case float number:
                _json.WriteNumberValue(number);
                break;
            case decimal number:
                _json.WriteNumberValue(number);
                break;
            case MySqlDateTime instant:
                WriteText(instant, isDate);
                break;
            case byte[] bytes:
                _json.WriteStringValue(Encoding.UTF8.GetString(bytes));
                break;
            default:
                _json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    // its own ToString needs a date that exists
    private void WriteText(MySqlDateTime instant, bool isDate)
    {
        Span<char> text = stackalloc char[40];
        text.TryWrite(CultureInfo.InvariantCulture, $"{instant.Year:0000}-{instant.Month:00}-{instant.Day:00} {instant.Hour:00}:{instant.Minute:00}:{instant.Second:00}", out var length);
        if (instant.Microsecond != 0)
        {
            text[length..].TryWrite(CultureInfo.InvariantCulture, $".{instant.Microsecond:000000}", out var fraction);
            length += fraction;
        }

        _json.WriteStringValue(text[..(isDate ? DateLength : length)]);
    }
}
