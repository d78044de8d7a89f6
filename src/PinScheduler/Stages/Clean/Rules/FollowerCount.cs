namespace PinScheduler.Stages.Clean.Rules;

/// <summary>`1,234`, `12.5k`, `1 M`: digits, thousands commas in proper groups, decimals, one space, k, M or B in either case.</summary>
internal static class FollowerCount
{
    // its digits are far from a long's range, whatever the unit
    private const int UsualLength = 9;

    /// <summary>Decimals are cut; null for anything else and above INT's largest.</summary>
    public static int? Parse(ReadOnlySpan<byte> text) => Usual(text) ?? ParseAny(text);

    // digits, and perhaps a unit: null where it is anything else, or cannot be told to be in range at once
    private static int? Usual(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > UsualLength)
        {
            return null;
        }

        var (thousands, unit) = Suffix(text[^1]);
        long value = 0;
        foreach (var digit in text[..^unit])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return null;
            }

            value = (value * 10) + digit - '0';
        }

        value *= thousands switch { 0 => 1, 1 => 1_000, 2 => 1_000_000, _ => 1_000_000_000 };
        return text.Length > unit && value <= int.MaxValue ? (int)value : null;
    }

    private static int? ParseAny(ReadOnlySpan<byte> text)
    {
        var (thousands, unit) = text.IsEmpty ? (0, 0) : Suffix(text[^1]);
        text = text[..^unit];
        if (unit > 0 && !text.IsEmpty && text[^1] == ' ')
        {
            text = text[..^1];
        }

        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        var decimals = point < 0 ? [] : text[(point + 1)..];
        if (!AreGrouped(whole) || (point >= 0 && !AreDigits(decimals)))
        {
            return null;
        }

        long value = 0;
        foreach (var digit in whole)
        {
            value = digit == ',' ? value : Append(value, digit);
        }

        for (var i = 0; i < thousands * 3; i++)
        {
            value = Append(value, i < decimals.Length ? decimals[i] : (byte)'0');
        }

        return value <= int.MaxValue ? (int)value : null;
    }

    private static (int Thousands, int Length) Suffix(byte last) => last switch
    {
        (byte)'k' or (byte)'K' => (1, 1),
        (byte)'m' or (byte)'M' => (2, 1),
        (byte)'b' or (byte)'B' => (3, 1),
        _ => (0, 0),
    };

    // past INT's largest it can only stay there
    private static long Append(long value, byte digit) => value > int.MaxValue ? value : (value * 10) + digit - '0';

    private static bool AreDigits(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool AreGrouped(ReadOnlySpan<byte> text)
    {
        var comma = text.IndexOf((byte)',');
        if (comma < 0)
        {
            return AreDigits(text);
        }

        if (comma > 3 || !AreDigits(text[..comma]))
        {
            return false;
        }

        for (text = text[comma..]; !text.IsEmpty; text = text[4..])
        {
            if (text.Length < 4 || text[0] != ',' || !AreDigits(text[1..4]))
            {
                return false;
            }
        }

        return true;
    }
}
