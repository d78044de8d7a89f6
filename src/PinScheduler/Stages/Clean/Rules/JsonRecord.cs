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

    private readonly Value[] _values = new Value[fields.Count];
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
        return fields[field].IsPlaceholder(text) ? [] : text;
    }

    /// <summary>The value where it is an integer in INT's range, as a JSON number or as text.</summary>
    public int? Whole(ReadOnlySpan<byte> line, int field)
    {
        var value = _values[field];
        return value.Type switch
        {
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

    public double? Degrees(ReadOnlySpan<byte> line, int field, double limit) =>
        _values[field].Type is JsonTokenType.Number or JsonTokenType.String ? Coordinate.Parse(Trimmed(line, _values[field]), limit) : null;

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
                _values[field] = new Value(start, (int)reader.BytesConsumed - start, type, escaped);
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

        for (var i = 0; i < fields.Count; i++)
        {
            var field = (expected + i) % fields.Count;
            if (name.SequenceEqual(fields[field].NameBytes))
            {
                return field;
            }
        }

        return -1;
    }

    private ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line, Value value)
    {
        var raw = value.In(line);
        switch (value.Type)
        {
            case JsonTokenType.None or JsonTokenType.Null:
                return [];
            case JsonTokenType.Number:
                return raw;
            case JsonTokenType.String when !value.Escaped:
                return WhiteSpace.Trim(raw[1..^1]);
            case JsonTokenType.String:
                return WhiteSpace.Trim(Keep(raw.Length, JsonText.Unescape(raw[1..^1], Scratch(raw.Length))));
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

    private readonly record struct Value(int Start, int Length, JsonTokenType Type, bool Escaped)
    {
        public ReadOnlySpan<byte> In(ReadOnlySpan<byte> line) => line.Slice(Start, Length);
    }
}
