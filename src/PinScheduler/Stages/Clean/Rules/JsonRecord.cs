using System.Text.Json;
using System.Text.Unicode;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>
/// One record, read in place: of each known field only where its value stands in the line. One object serves all lines, so that a
/// record costs no memory; spans that it hands out hold until the next line.
/// </summary>
internal sealed class JsonRecord(IReadOnlyList<Field> fields)
{
    private const int MaxDepth = 64;

    private readonly Field[] _fields = [.. fields];
    private readonly FlatObject _flat = new(fields);
    private readonly FieldValue[] _values = new FieldValue[fields.Count];
    private byte[] _scratch = new byte[4096];
    private int _scratchUsed;

    /// <returns>Null, or why the line is no record.</returns>
    public string? Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(_values);
        _scratchUsed = 0;
        // Utf8JsonReader does not look inside strings
        if (!Utf8.IsValid(line))
        {
            return "not valid UTF-8";
        }

        if (_flat.TryRead(line, _values))
        {
            return null;
        }

        Array.Clear(_values);
        try
        {
            return ReadObject(line);
        }
        catch (JsonException exception)
        {
            return $"not JSON: {exception.Message}";
        }
    }

    public bool Has(int field) => _values[field].Type != JsonTokenType.None;

    /// <summary>The value as cleaned text, JSON text where it is no string; empty stands for NULL.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> line, int field)
    {
        var text = Trimmed(line, _values[field]);
        return _fields[field].IsPlaceholder(text) ? [] : text;
    }

    /// <summary>The value where it is an integer in INT's range, as a JSON number or as text.</summary>
    public int? Whole(ReadOnlySpan<byte> line, int field)
    {
        var value = _values[field];
        return value.Type switch
        {
            JsonTokenType.Number when ExactNumber.UsualWhole(value.In(line)) is var usual and >= 0 => usual,
            JsonTokenType.Number when ExactNumber.TryParse(value.In(line), out var number) => number.Whole(),
            JsonTokenType.String when Trimmed(line, value) is var text && !text.ContainsAny(".eE"u8) && ExactNumber.TryParse(text, out var number) => number.Whole(),
            _ => null,
        };
    }

    public int? Followers(ReadOnlySpan<byte> line, int field)
    {
        var value = _values[field];
        return value.Type == JsonTokenType.Number && ExactNumber.TryParse(value.In(line), out var number)
            ? number.Cut()
            : FollowerCount.Parse(Text(line, field));
    }

    /// <returns>How many bytes it wrote: none where there is no such number.</returns>
    public int Degrees(ReadOnlySpan<byte> line, int field, int limit, Span<byte> into) =>
        _values[field].Type is JsonTokenType.Number or JsonTokenType.String ? Coordinate.Write(Trimmed(line, _values[field]), limit, into) : 0;

    private string? ReadObject(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject)
        {
            reader.Skip();
        }

        var expected = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var field = Find(ref reader, expected);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var type = reader.TokenType;
            var escaped = type == JsonTokenType.String && reader.ValueIsEscaped;
            reader.Skip();
            if (field >= 0)
            {
                var quote = type == JsonTokenType.String ? 1 : 0;
                _values[field] = new FieldValue(start + quote, (int)reader.BytesConsumed - start - (2 * quote), type, escaped);
                expected = field + 1;
            }
        }

        return isObject ? null : "not a JSON object";
    }

    // keys mostly come in one order
    private int Find(ref Utf8JsonReader reader, int expected)
    {
        var name = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            var into = Scratch(name.Length);
            name = into[..JsonText.Unescape(name, into)];
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            var field = (expected + i) % _fields.Length;
            if (name.SequenceEqual(_fields[field].NameBytes))
            {
                return field;
            }
        }

        return -1;
    }

    private ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line, FieldValue value)
    {
        var raw = value.In(line);
        if (value is { Type: JsonTokenType.String, Escaped: false })
        {
            return WhiteSpace.Trim(raw);
        }

        switch (value.Type)
        {
            case JsonTokenType.None or JsonTokenType.Null:
                return [];
            case JsonTokenType.Number:
                return raw;
            case JsonTokenType.String:
                return WhiteSpace.Trim(Keep(raw.Length, JsonText.Unescape(raw, Scratch(raw.Length))));
            default:
                return Keep(raw.Length, JsonText.Compact(raw, Scratch(raw.Length)));
        }
    }

    private Span<byte> Scratch(int length)
    {
        if (_scratch.Length - _scratchUsed < length)
        {
            // spans into the old array stay good: they hold it
            _scratch = new byte[Math.Max(_scratch.Length * 2, length)];
            _scratchUsed = 0;
        }

        return _scratch.AsSpan(_scratchUsed, length);
    }

    private ReadOnlySpan<byte> Keep(int reserved, int written)
    {
        var kept = Scratch(reserved)[..written];
        _scratchUsed += written;
        return kept;
    }
}
