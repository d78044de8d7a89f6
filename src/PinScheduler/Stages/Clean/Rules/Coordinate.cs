using System.Globalization;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>A latitude or longitude: a plain decimal number, as an IEEE double.</summary>
internal static class Coordinate
{
    /// <summary>As long as a double's shortest digits can be: -2.2250738585072014E-308.</summary>
    public const int Longest = 24;

    // so many digits always come back from a double, so none with fewer does
    private const int SafeDigits = 15;

    // where it begins with more zeros, a double is written with an exponent
    private const int MostZeros = 4;

    /// <summary>Writes the shortest digits that read back as the same double; none where it is no number or beyond ±<paramref name="limit"/>.</summary>
    /// <returns>How many bytes it wrote.</returns>
    public static int Write(ReadOnlySpan<byte> text, int limit, Span<byte> into)
    {
        if (IsShortest(text, limit))
        {
            text.CopyTo(into);
            return text.Length;
        }

        // double.Parse takes more than the rule does ("1.", ".5", "Infinity")
        if (!ExactNumber.TryParse(text, out _) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(Math.Abs(value) <= limit))
        {
            return 0;
        }

        // −0 becomes 0
        (value == 0 ? 0 : value).TryFormat(into, out var written, provider: CultureInfo.InvariantCulture);
        return written;
    }

    // as most are: in range, and written already as the double would be
    private static bool IsShortest(ReadOnlySpan<byte> text, int limit)
    {
        var at = !text.IsEmpty && text[0] == '-' ? 1 : 0;
        var start = at;
        var whole = 0;
        while (at < text.Length && at < start + 4 && (uint)(text[at] - '0') <= 9)
        {
            whole = (whole * 10) + text[at++] - '0';
        }

        if (at == start || (text[start] == '0' && at > start + 1))
        {
            return false;
        }

        if (at == text.Length)
        {
            return whole <= limit && (whole > 0 || start == 0);
        }

        var decimals = text[(at + 1)..];
        return text[at] == '.' && whole < limit && !decimals.IsEmpty && decimals[^1] != '0' && text.Length - start - 1 <= SafeDigits
            && !decimals.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && (whole > 0 || decimals[..Math.Min(decimals.Length, MostZeros)].ContainsAnyExcept((byte)'0'));
    }
}
