using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>
/// Reads at once what nearly all records are: one object of texts, numbers and literals, whose keys come as in the record before. Of all
/// other lines it says nothing, be they JSON or not; who asks then reads them by Utf8JsonReader.
/// </summary>
internal sealed class FlatObject(IReadOnlyList<Field> fields)
{
    // more would be no records of ours; they bound what is remembered
    private const int MostMembers = 64;
    private const int LongestGlue = 256;

    private readonly Field[] _fields = [.. fields];
    private readonly Glue[] _glues = new Glue[MostMembers];

    /// <summary>False where the line is for Utf8JsonReader; <paramref name="values"/> are then to be forgotten.</summary>
    public bool TryRead(ReadOnlySpan<byte> line, Span<FieldValue> values)
    {
        if (line.Length < Vector256<byte>.Count)
        {
            return false;
        }

        var at = 0;
        for (var member = 0; member < MostMembers; member++)
        {
            ref var glue = ref _glues[member];
            if (!glue.IsAt(line, at))
            {
                if (member > 0 && Ends(line, at))
                {
                    return true;
                }

                if (!TryLearn(line, at, first: member == 0, ref glue))
                {
                    return false;
                }
            }

            at += glue.Length;
            if (!TryReadValue(line, at, out var value))
            {
                return false;
            }

            at = value.Start + value.Length + (value.Type == JsonTokenType.String ? 1 : 0);
            if (glue.Field >= 0)
            {
                values[glue.Field] = value;
            }
        }

        return false;
    }

    private static bool Ends(ReadOnlySpan<byte> line, int at)
    {
        at = AfterSpace(line, at);
        return at < line.Length && line[at] == '}' && AfterSpace(line, at + 1) == line.Length;
    }

    private bool TryLearn(ReadOnlySpan<byte> line, int start, bool first, ref Glue glue)
    {
        var at = AfterSpace(line, start);
        if (at >= line.Length || line[at] != (first ? '{' : ','))
        {
            return false;
        }

        at = AfterSpace(line, at + 1);
        if (at >= line.Length || line[at] != '"')
        {
            return false;
        }

        var name = at + 1;
        var end = AfterPlain(line, name);
        if (end >= line.Length || line[end] != '"')
        {
            return false;
        }

        at = AfterSpace(line, end + 1);
        if (at >= line.Length || line[at] != ':')
        {
            return false;
        }

        at = AfterSpace(line, at + 1);
        if (at - start > LongestGlue)
        {
            return false;
        }

        glue.Learn(line[start..at], IndexOf(line[name..end]));
        return true;
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (name.SequenceEqual(_fields[i].NameBytes))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool TryReadValue(ReadOnlySpan<byte> line, int at, out FieldValue value)
    {
        value = default;
        if (at >= line.Length)
        {
            return false;
        }

        switch (line[at])
        {
            case (byte)'"':
                var end = EndOfText(line, at + 1, out var escaped);
                value = new FieldValue(at + 1, end - at - 1, JsonTokenType.String, escaped);
                return end >= 0;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                var after = AfterNumber(line, at);
                value = new FieldValue(at, after - at, JsonTokenType.Number, false);
                return after >= 0;
            case (byte)'n':
                value = new FieldValue(at, 4, JsonTokenType.Null, false);
                return line[at..].StartsWith("null"u8);
            case (byte)'t':
                value = new FieldValue(at, 4, JsonTokenType.True, false);
                return line[at..].StartsWith("true"u8);
            case (byte)'f':
                value = new FieldValue(at, 5, JsonTokenType.False, false);
                return line[at..].StartsWith("false"u8);
            default:
                return false;
        }
    }

    /// <returns>Where the closing quote stands, or -1.</returns>
    private static int EndOfText(ReadOnlySpan<byte> line, int at, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            at = AfterPlain(line, at);
            if (at >= line.Length)
            {
                return -1;
            }

            if (line[at] == '"')
            {
                return at;
            }

            escaped = true;
            var length = LengthOfEscape(line[at..]);
            if (length == 0)
            {
                return -1;
            }

            at += length;
        }
    }

    private static int LengthOfEscape(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != '\\')
        {
            return 0;
        }

        return text[1] switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t' => 2,
            (byte)'u' when text.Length >= 6 && char.IsAsciiHexDigit((char)text[2]) && char.IsAsciiHexDigit((char)text[3]) && char.IsAsciiHexDigit((char)text[4]) && char.IsAsciiHexDigit((char)text[5]) => 6,
            _ => 0,
        };
    }

    // behind a number there stands what the next glue, or the end, allows; this need not look
    private static int AfterNumber(ReadOnlySpan<byte> line, int at)
    {
        at += line[at] == '-' ? 1 : 0;
        var whole = at;
        at = AfterDigits(line, at);
        if (at == whole || (line[whole] == '0' && at > whole + 1))
        {
            return -1;
        }

        if (at < line.Length && line[at] == '.')
        {
            var decimals = at + 1;
            at = AfterDigits(line, decimals);
            if (at == decimals)
            {
                return -1;
            }
        }

        if (at < line.Length && (line[at] | 0x20) == 'e')
        {
            at++;
            at += at < line.Length && line[at] is (byte)'+' or (byte)'-' ? 1 : 0;
            var exponent = at;
            at = AfterDigits(line, exponent);
            if (at == exponent)
            {
                return -1;
            }
        }

        return at;
    }

    private static int AfterDigits(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length && (uint)(line[at] - '0') <= 9)
        {
            at++;
        }

        return at;
    }

    private static int AfterSpace(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length && line[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            at++;
        }

        return at;
    }

    // where a string's plain part ends: the next quote, backslash or control character; the line has at least a vector's length
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AfterPlain(ReadOnlySpan<byte> line, int at)
    {
        ref var first = ref MemoryMarshal.GetReference(line);
        var last = line.Length - Vector256<byte>.Count;
        while (at <= last)
        {
            var ends = EndsIn(Vector256.LoadUnsafe(ref first, (nuint)at));
            if (ends != 0)
            {
                return at + System.Numerics.BitOperations.TrailingZeroCount(ends);
            }

            at += Vector256<byte>.Count;
        }

        if (at >= line.Length)
        {
            return line.Length;
        }

        var rest = EndsIn(Vector256.LoadUnsafe(ref first, (nuint)last)) >> (at - last);
        return rest == 0 ? line.Length : at + System.Numerics.BitOperations.TrailingZeroCount(rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint EndsIn(Vector256<byte> bytes) =>
        (Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\')) | Vector256.LessThan(bytes, Vector256.Create((byte)' '))).ExtractMostSignificantBits();

    /// <summary>What stands between two values: the comma, or the opening brace, the key and the colon, with the white space around them.</summary>
    private struct Glue
    {
        private byte[]? _bytes;

        public int Length { get; private set; }

        public int Field { get; private set; }

        public readonly bool IsAt(ReadOnlySpan<byte> line, int at) => Length > 0 && line.Length - at >= Length && line.Slice(at, Length).SequenceEqual(_bytes.AsSpan(0, Length));

        public void Learn(ReadOnlySpan<byte> glue, int field)
        {
            _bytes ??= new byte[LongestGlue];
            glue.CopyTo(_bytes);
            Length = glue.Length;
            Field = field;
        }
    }
}
