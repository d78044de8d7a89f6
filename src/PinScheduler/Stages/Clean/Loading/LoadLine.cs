using System.Text;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>A load line taken apart again, as LOAD DATA does it.</summary>
internal static class LoadLine
{
    /// <summary>The fields, without the escapes; null for NULL.</summary>
    public static string?[] Split(ReadOnlySpan<byte> line)
    {
        var fields = new List<string?>();
        foreach (var field in line.Split((byte)'\t'))
        {
            fields.Add(line[field] is var text && text.SequenceEqual("\\N"u8) ? null : Unescape(text));
        }

        return [.. fields];
    }

    private static string Unescape(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(text);
        }

        var plain = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            plain[length++] = text[i] != '\\' ? text[i] : text[++i] switch
            {
                (byte)'t' => (byte)'\t',
                (byte)'n' => (byte)'\n',
                (byte)'0' => (byte)0,
                var other => other,
            };
        }

        return Encoding.UTF8.GetString(plain, 0, length);
    }
}
