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

    /// <summary>Told what is done to each field, where somebody asks.</summary>
    public RuleTrace? Trace { get; init; }

    /// <returns>Null, or why the line is no record.</returns>
    public string? Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(_values);
        _scratchUsed = 0;
        // neither of the readers looks inside strings
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

    /// <summary>The value as it stands in the line; empty where there is none.</summary>
    public ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> line, int field)
    {
        var value = _values[field];
        return value.Type == JsonTokenType.String ? line.Slice(value.Start - 1, value.Length + 2) : value.In(line);
    }

    /// <summary>The value as cleaned text, JSON text where it is no string; empty stands for NULL.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> line, int field)
    {
        var text = Trimmed(line, field);
        if (!_fields[field].IsPlaceholder(text))
        {
            return text;
        }

        Trace?.Nulled(field, "placeholder");
        return [];
    }

    /// <summary>The value where it is an integer in these bounds, as a JSON number or as text.</summary>
    public int? Whole(ReadOnlySpan<byte> line, int field, int least = int.MinValue, int most = int.MaxValue)
    {
        int? whole = WholeOf(line, field) is { } any && any >= least && any <= most ? any : null;
        Trace?.Did(field, whole is null ? $"no integer from {least} to {most}" : "integer", whole);
        return whole;
    }

    public int? Followers(ReadOnlySpan<byte> line, int field)
    {
        var value = _values[field];
        var count = value.Type == JsonTokenType.Number && ExactNumber.TryParse(value.In(line), out var number)
            ? number.Cut()
            : FollowerCount.Parse(Text(line, field));
        Trace?.Did(field, count is null ? $"no count from 0 to {int.MaxValue}" : "count", count);
        return count;
    }

    /// <returns>How many bytes it wrote: none where there is no such number.</returns>
    public int Degrees(ReadOnlySpan<byte> line, int field, int limit, Span<byte> into)
    {
        var written = _values[field].Type is JsonTokenType.Number or JsonTokenType.String ? Coordinate.Write(Trimmed(line, field), limit, into) : 0;
        Trace?.Did(field, written == 0 ? $"no decimal number from -{limit} to {limit}" : "degrees", into[..written]);
        return written;
    }

    /// <returns>False where it is none that exists in these years; else it stands in <paramref name="into"/>.</returns>
    public bool Instant(ReadOnlySpan<byte> line, int field, Bounds bounds, Span<byte> into)
    {
        var known = Rules.Instant.TryWriteUtc(Text(line, field), into) && Rules.Instant.YearOf(into) is var year && year >= bounds.FirstYear && year <= bounds.LastYear;
        Trace?.Did(field, known ? "instant in UTC" : $"no instant of the years {bounds.FirstYear} to {bounds.LastYear} that exists", known ? into : []);
        return known;
    }

    private int? WholeOf(ReadOnlySpan<byte> line, int field)
    {
        var value = _values[field];
        return value.Type switch
        {
            JsonTokenType.Number when ExactNumber.UsualWhole(value.In(line)) is var usual and >= 0 => usual,
            JsonTokenType.Number when ExactNumber.TryParse(value.In(line), out var number) => number.Whole(),
            JsonTokenType.String when Trimmed(line, field) is var text && !text.ContainsAny(".eE"u8) && ExactNumber.TryParse(text, out var number) => number.Whole(),
            _ => null,
        };
    }

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

    private ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line, int field)
    {
        ref readonly var value = ref _values[field];
        if (value is { Type: JsonTokenType.String, Escaped: false } && Trace is null)
        {
            return WhiteSpace.Trim(value.In(line));
        }

        return TrimmedOfAny(line, field, value);
    }

    private ReadOnlySpan<byte> TrimmedOfAny(ReadOnlySpan<byte> line, int field, FieldValue value)
    {
        var raw = value.In(line);
        switch (value.Type)
        {
            case JsonTokenType.None:
                Trace?.Nulled(field, "missing");
                return [];
            case JsonTokenType.Null:
                Trace?.Nulled(field, "null");
                return [];
            case JsonTokenType.Number:
                return raw;
            case JsonTokenType.String:
                return Trimmed(field, value.Escaped ? Unescaped(field, raw) : raw);
            default:
                var text = Keep(raw.Length, JsonText.Compact(raw, Scratch(raw.Length)));
                Trace?.Did(field, "kept as its JSON text", text);
                return text;
        }
    }

    private ReadOnlySpan<byte> Unescaped(int field, ReadOnlySpan<byte> raw)
    {
        var text = Keep(raw.Length, JsonText.Unescape(raw, Scratch(raw.Length)));
        Trace?.Did(field, "without escapes", text);
        return text;
    }

    private ReadOnlySpan<byte> Trimmed(int field, ReadOnlySpan<byte> text)
    {
        var trimmed = WhiteSpace.Trim(text);
        if (trimmed.IsEmpty)
        {
            Trace?.Nulled(field, text.IsEmpty ? "empty" : "empty when trimmed");
        }
        else if (trimmed.Length < text.Length)
        {
            Trace?.Did(field, "trimmed", trimmed);
        }

        return trimmed;
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
