using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace PinScheduler.Stages.Drain;

/// <summary>
/// Whether a value is one JSON object (RFC 8259) in valid UTF-8, nested 64 deep at most, in one pass without allocation: what
/// `Utf8JsonReader` would say, in half its time, and whether line breaks stand between its tokens.
/// </summary>
internal ref struct JsonObjectCheck
{
    private const int MaxDepth = 64;

    private static readonly SearchValues<byte> EndsPlainText = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(control => (byte)control)]);

    private readonly ReadOnlySpan<byte> _text;
    private int _at;

    // one bit a level, the innermost lowest: is it an object?
    private ulong _objects;
    private int _depth;
    private bool _lineBreaks;

    private JsonObjectCheck(ReadOnlySpan<byte> text) => _text = text;

    public static JsonVerdict Check(ReadOnlySpan<byte> value, out bool lineBreaks)
    {
        lineBreaks = false;
        if (!Utf8.IsValid(value))
        {
            return JsonVerdict.NotUtf8;
        }

        var check = new JsonObjectCheck(value);
        var verdict = check.Document();
        lineBreaks = check._lineBreaks;
        return verdict;
    }

    private JsonVerdict Document()
    {
        SkipWhiteSpace();
        if (_at == _text.Length)
        {
            return JsonVerdict.Blank;
        }

        var isObject = Current == '{';
        do
        {
            if (!OpenValue(out var closed))
            {
                return _depth > MaxDepth ? JsonVerdict.TooDeep : JsonVerdict.NotJson;
            }

            if (closed && !CloseValues())
            {
                return JsonVerdict.NotJson;
            }
        }
        while (_depth > 0);

        return _at < _text.Length ? JsonVerdict.NotJson : isObject ? JsonVerdict.Object : JsonVerdict.NotObject;
    }

    private readonly byte Current => _at < _text.Length ? _text[_at] : (byte)0;

    // reads a scalar, an empty object or array (closed), or the beginning of one up to its first value
    private bool OpenValue(out bool closed)
    {
        closed = true;
        switch (Current)
        {
            case (byte)'{':
                if (!Push(isObject: true) || Take('}'))
                {
                    return Pop();
                }

                closed = false;
                return Name();
            case (byte)'[':
                if (!Push(isObject: false) || Take(']'))
                {
                    return Pop();
                }

                closed = false;
                return true;
            case (byte)'"':
                return Text();
            case (byte)'t':
                return Literal("true"u8);
            case (byte)'f':
                return Literal("false"u8);
            case (byte)'n':
                return Literal("null"u8);
            default:
                return Number();
        }
    }

    // after a value: closes what ends here, up to the beginning of the next value or the end of the document
    private bool CloseValues()
    {
        while (true)
        {
            SkipWhiteSpace();
            if (_depth == 0)
            {
                return true;
            }

            var inObject = (_objects & 1) != 0;
            if (Take(','))
            {
                return !inObject || Name();
            }

            if (!Take(inObject ? '}' : ']') || !Pop())
            {
                return false;
            }
        }
    }

    private bool Name()
    {
        if (!Text())
        {
            return false;
        }

        SkipWhiteSpace();
        return Take(':');
    }

    private bool Text()
    {
        if (Current != '"')
        {
            return false;
        }

        _at++;
        while (true)
        {
            var plain = _text[_at..].IndexOfAny(EndsPlainText);
            if (plain < 0)
            {
                return false;
            }

            _at += plain;
            switch (_text[_at])
            {
                case (byte)'"':
                    _at++;
                    return true;
                case (byte)'\\' when Escape():
                    break;
                default:
                    return false;
            }
        }
    }

    private bool Escape()
    {
        var rest = _text[(_at + 1)..];
        if (rest.IsEmpty)
        {
            return false;
        }

        if (rest[0] != 'u')
        {
            _at += 2;
            return "\"\\/bfnrt"u8.Contains(rest[0]);
        }

        _at += 6;
        return rest.Length >= 5 && char.IsAsciiHexDigit((char)rest[1]) && char.IsAsciiHexDigit((char)rest[2]) && char.IsAsciiHexDigit((char)rest[3]) && char.IsAsciiHexDigit((char)rest[4]);
    }

    private bool Number()
    {
        Skip('-');
        if (Current == '0')
        {
            _at++;
        }
        else if (!Digits())
        {
            return false;
        }

        if (Skip('.') && !Digits())
        {
            return false;
        }

        if (!Skip('e') && !Skip('E'))
        {
            return true;
        }

        _ = Skip('+') || Skip('-');
        return Digits();
    }

    private bool Digits()
    {
        var from = _at;
        while (char.IsAsciiDigit((char)Current))
        {
            _at++;
        }

        return _at > from;
    }

    private bool Literal(ReadOnlySpan<byte> word)
    {
        var matches = _text[_at..].StartsWith(word);
        _at += word.Length;
        return matches;
    }

    private bool Push(bool isObject)
    {
        if (++_depth > MaxDepth)
        {
            return false;
        }

        _objects = (_objects << 1) | (isObject ? 1UL : 0);
        _at++;
        SkipWhiteSpace();
        return true;
    }

    // false where there was one too many to be pushed
    private bool Pop()
    {
        if (_depth > MaxDepth)
        {
            return false;
        }

        _depth--;
        _objects >>= 1;
        return true;
    }

    // a structural byte and the white space behind it
    private bool Take(char expected)
    {
        if (!Skip(expected))
        {
            return false;
        }

        SkipWhiteSpace();
        return true;
    }

    private bool Skip(char expected)
    {
        if (Current != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    // mostly there is none
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipWhiteSpace()
    {
        if (Current <= ' ')
        {
            SkipSome();
        }
    }

    private void SkipSome()
    {
        while (_at < _text.Length)
        {
            switch (_text[_at])
            {
                case (byte)' ' or (byte)'\t':
                    break;
                case (byte)'\n' or (byte)'\r':
                    _lineBreaks = true;
                    break;
                default:
                    return;
            }

            _at++;
        }
    }
}
