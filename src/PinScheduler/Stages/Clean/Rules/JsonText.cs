using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>JSON's strings without their escapes, and JSON text in one fixed form. What comes out is never longer than what went in.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> ToEscape = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\']);

    /// <summary>
    /// The text that a string's inside, already found valid, stands for. Utf8JsonReader's own way throws at a lone surrogate, which
    /// becomes U+FFFD here.
    /// </summary>
    /// <returns>The number of bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> into)
    {
        var written = 0;
        while (true)
        {
            var escape = text.IndexOf((byte)'\\');
            var plain = escape < 0 ? text : text[..escape];
            plain.CopyTo(into[written..]);
            written += plain.Length;
            if (escape < 0)
            {
                return written;
            }

            var sign = text[escape + 1];
            text = text[(escape + 2)..];
            if (sign == 'u')
            {
                written += TakeRune(ref text).EncodeToUtf8(into[written..]);
            }
            else
            {
                into[written++] = sign switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => sign,
                };
            }
        }
    }

    /// <summary>The valid JSON text of any value: no white space, keys in their order, numbers as written, only what must be is escaped.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Compact(ReadOnlySpan<byte> json, Span<byte> into)
    {
        var reader = new Utf8JsonReader(json);
        var written = 0;
        var separate = false;
        while (reader.Read())
        {
            var ends = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (separate && !ends)
            {
                into[written++] = (byte)',';
            }

            written += reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                ? Quote(reader.ValueSpan, reader.ValueIsEscaped, into[written..])
                : Copy(reader.ValueSpan, into[written..]);
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                into[written++] = (byte)':';
            }

            separate = reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName);
        }

        return written;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> into)
    {
        text.CopyTo(into);
        return text.Length;
    }

    private static int Quote(ReadOnlySpan<byte> inside, bool escaped, Span<byte> into)
    {
        var written = 0;
        into[written++] = (byte)'"';
        if (escaped)
        {
            var text = new byte[inside.Length];
            written += Escape(text.AsSpan(0, Unescape(inside, text)), into[written..]);
        }
        else
        {
            written += Copy(inside, into[written..]);
        }

        into[written++] = (byte)'"';
        return written;
    }

    private static int Escape(ReadOnlySpan<byte> text, Span<byte> into)
    {
        var written = 0;
        while (true)
        {
            var next = text.IndexOfAny(ToEscape);
            var plain = next < 0 ? text : text[..next];
            written += Copy(plain, into[written..]);
            if (next < 0)
            {
                return written;
            }

            written += Copy(EscapeOf(text[next]), into[written..]);
            text = text[(next + 1)..];
        }
    }

    private static ReadOnlySpan<byte> EscapeOf(byte character) => character switch
    {
        (byte)'"' => "\\\""u8,
        (byte)'\\' => "\\\\"u8,
        (byte)'\b' => "\\b"u8,
        (byte)'\f' => "\\f"u8,
        (byte)'\n' => "\\n"u8,
        (byte)'\r' => "\\r"u8,
        (byte)'\t' => "\\t"u8,
        _ => Encoding.ASCII.GetBytes($"\\u{character:x4}"),
    };

    private static Rune TakeRune(ref ReadOnlySpan<byte> text)
    {
        var unit = TakeUnit(ref text);
        if (char.IsHighSurrogate(unit) && text.StartsWith("\\u"u8))
        {
            var rest = text[2..];
            var low = TakeUnit(ref rest);
            if (char.IsLowSurrogate(low))
            {
                text = rest;
                return new Rune(unit, low);
            }
        }

        return char.IsSurrogate(unit) ? Rune.ReplacementChar : new Rune(unit);
    }

    private static char TakeUnit(ref ReadOnlySpan<byte> text)
    {
        var unit = 0;
        foreach (var digit in text[..4])
        {
            unit = (unit << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        text = text[4..];
        return (char)unit;
    }
}
