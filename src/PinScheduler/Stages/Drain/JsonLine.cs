namespace PinScheduler.Stages.Drain;

/// <summary>Makes one line of a JSON value that stands on several.</summary>
internal static class JsonLine
{
    /// <summary>Copies a valid value without the white space between its tokens; every other byte as it came.</summary>
    /// <returns>The bytes written; <paramref name="line"/> must have room for the whole value.</returns>
    public static int Compact(ReadOnlySpan<byte> value, Span<byte> line)
    {
        var written = 0;
        while (!value.IsEmpty)
        {
            if (value[0] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            {
                value = value[1..];
                continue;
            }

            var length = value[0] == '"' ? TextLength(value) : 1;
            value[..length].CopyTo(line[written..]);
            written += length;
            value = value[length..];
        }

        return written;
    }

    private static int TextLength(ReadOnlySpan<byte> value)
    {
        var at = 1;
        while (true)
        {
            at += value[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (value[at] == '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }
}
