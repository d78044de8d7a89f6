namespace PinScheduler.Stages.Clean.Rules;

/// <summary>`1,234`, `12.5k`, `1 M`: digits, thousands commas in proper groups, decimals, one space, k, M or B in either case.</summary>
internal static class FollowerCount
{
    /// <summary>Decimals are cut; null for anything else and above INT's largest.</summary>
    public static int? Parse(ReadOnlySpan<byte> text)
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
