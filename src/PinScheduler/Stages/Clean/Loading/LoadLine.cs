using System.Text;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>A load line taken apart again, as LOAD DATA does it.</summary>
internal static class LoadLine
{
    /// <summary>The fields as text, without the escapes; null for NULL.</summary>
    public static string?[] Texts(ReadOnlySpan<byte> line) => [.. Split(line).Select(static field => field is null ? null : Encoding.UTF8.GetString(field))];

    /// <summary>The fields, without the escapes; null for NULL.</summary>
    public static byte[]?[] Split(ReadOnlySpan<byte> line)
    {
        var fields = new List<byte[]?>();
        foreach (var field in line.Split((byte)'\t'))
        {
            fields.Add(line[field] is var text && text.SequenceEqual("\\N"u8) ? null : Unescape(text));
        }

        return [.. fields];
    }

    private static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'\\'))
        {
            return text.ToArray();
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

        return plain[..length];
    }
}
