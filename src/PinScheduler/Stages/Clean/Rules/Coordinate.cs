using System.Globalization;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>A latitude or longitude: a plain decimal number, as an IEEE double.</summary>
internal static class Coordinate
{
    /// <summary>Null where it is no number or beyond ±<paramref name="limit"/>.</summary>
    public static double? Parse(ReadOnlySpan<byte> text, double limit)
    {
        // double.Parse takes more than the rule does ("1.", ".5", "Infinity")
        if (!ExactNumber.TryParse(text, out _) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(Math.Abs(value) <= limit))
        {
            return null;
        }

        // −0 becomes 0
        return value == 0 ? 0 : value;
    }

    /// <summary>A JSON array of both, each in the shortest digits that read back as the same double.</summary>
    public static ReadOnlySpan<byte> Write(double latitude, double longitude, Span<byte> into)
    {
        into[0] = (byte)'[';
        latitude.TryFormat(into[1..], out var written, provider: CultureInfo.InvariantCulture);
        var length = 1 + written;
        ", "u8.CopyTo(into[length..]);
        longitude.TryFormat(into[(length + 2)..], out written, provider: CultureInfo.InvariantCulture);
        length += 2 + written;
        into[length] = (byte)']';
        return into[..(length + 1)];
    }
}
