using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>Load lines, one after another: fields in one canonical form, tab between them, `\` before what has a meaning there, `\N` for NULL.</summary>
internal sealed class RowBuffer
{
    private byte[] _bytes = new byte[16 * 1024];
    private int _rowStart;
    private int _column;

    public int Length { get; private set; }

    /// <summary>A bit for each of the row's fields so far, the first lowest: whether it is NULL.</summary>
    public uint NullsOfRow { get; private set; }

    public ReadOnlyMemory<byte> Memory(int start, int length) => _bytes.AsMemory(start, length);

    public void Clear() => Length = _rowStart = 0;

    public void BeginRow()
    {
        _rowStart = Length;
        _column = -1;
        NullsOfRow = 0;
    }

    public void DropRow() => Length = _rowStart;

    /// <summary>Of the row's fields so far: equal rows, and only they, have equal lines.</summary>
    public UInt128 HashOfRow() => XxHash128.HashToUInt128(_bytes.AsSpan(_rowStart, Length - _rowStart));

    /// <returns>Where the row stands in <see cref="Memory"/>.</returns>
    public (int Start, int Length) EndRow()
    {
        Reserve(1)[0] = (byte)'\n';
        Length++;
        return (_rowStart, Length - _rowStart);
    }

    /// <summary>Empty is NULL.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            Separate();
            AppendNull();
            return;
        }

        var into = Reserve(text.Length + PlainText.Slack + 1);
        _column++;
        if (_column > 0)
        {
            into[0] = (byte)'\t';
            into = into[1..];
            Length++;
        }

        var plain = PlainText.Copy(text, into);
        Length += plain;
        if (plain < text.Length)
        {
            AppendEscaped(text[plain..]);
        }
    }

    /// <summary>Both with a blank between them, in one field; NULL where either is.</summary>
    public void Joined(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        if (first.IsEmpty || second.IsEmpty)
        {
            Text([]);
            return;
        }

        Text(first);
        Append(" "u8);
        AppendEscaped(second);
    }

    public void Whole(long? number)
    {
        Separate();
        if (number is not { } value)
        {
            AppendNull();
            return;
        }

        value.TryFormat(Reserve(20), out var written, provider: CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>As they are: half of what hexadecimal digits take, and nothing for the server to convert.</summary>
    public void Bytes(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        Text(bytes);
    }

    private void AppendEscaped(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var plain = PlainText.Copy(text, Reserve(text.Length + PlainText.Slack));
            Length += plain;
            if (plain == text.Length)
            {
                return;
            }

            Append(text[plain] switch
            {
                (byte)'\t' => "\\t"u8,
                (byte)'\n' => "\\n"u8,
                (byte)'\0' => "\\0"u8,
                _ => "\\\\"u8,
            });
            text = text[(plain + 1)..];
        }
    }

    private void AppendNull()
    {
        Append("\\N"u8);
        NullsOfRow |= 1u << _column;
    }

    private void Separate()
    {
        _column++;
        if (_column > 0)
        {
            Reserve(1)[0] = (byte)'\t';
            Length++;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    private Span<byte> Reserve(int length)
    {
        if (_bytes.Length - Length < length)
        {
            Array.Resize(ref _bytes, Math.Max(checked(_bytes.Length * 2), Length + length));
        }

        return _bytes.AsSpan(Length);
    }
}
