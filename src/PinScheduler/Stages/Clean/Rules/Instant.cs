namespace PinScheduler.Stages.Clean.Rules;

/// <summary>`yyyy-MM-dd[ HH:mm[:ss[.f…]]]`, after a time with an optional `Z` or offset, as DATETIME(6) in UTC.</summary>
internal static class Instant
{
    public const int Length = 26;

    /// <summary>Of what <see cref="TryWriteUtc"/> has written.</summary>
    public static int YearOf(ReadOnlySpan<byte> instant) => ((((((instant[0] - '0') * 10) + instant[1] - '0') * 10) + instant[2] - '0') * 10) + instant[3] - '0';

    private const int Decimals = 6;
    private const int MostDecimals = 9;
    private const int FarthestOffset = 14 * 60;

    private static readonly long FirstTicks = new DateTime(1000, 1, 1).Ticks;

    /// <summary>False where it is none, or its year in UTC is not 1000 to 9999; else `yyyy-MM-dd HH:mm:ss.ffffff` in the first <see cref="Length"/> bytes.</summary>
    public static bool TryWriteUtc(ReadOnlySpan<byte> text, Span<byte> into)
    {
        if (!TryParseUtc(text, out var ticks))
        {
            return false;
        }

        var value = new DateTime(ticks);
        Put(into, 4, value.Year);
        into[4] = (byte)'-';
        Put(into[5..], 2, value.Month);
        into[7] = (byte)'-';
        Put(into[8..], 2, value.Day);
        into[10] = (byte)' ';
        Put(into[11..], 2, value.Hour);
        into[13] = (byte)':';
        Put(into[14..], 2, value.Minute);
        into[16] = (byte)':';
        Put(into[17..], 2, value.Second);
        into[19] = (byte)'.';
        Put(into[20..], Decimals, (int)(ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        return true;
    }

    private static bool TryParseUtc(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        var valid = Take(ref text, 4, out var year) & Take(ref text, '-') & Take(ref text, 2, out var month) & Take(ref text, '-') & Take(ref text, 2, out var day);
        if (!valid || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day).Ticks;
        if (!text.IsEmpty && !(TakeTime(ref text, ref ticks) && TakeOffset(ref text, ref ticks) && text.IsEmpty))
        {
            return false;
        }

        return ticks >= FirstTicks && ticks <= DateTime.MaxValue.Ticks;
    }

    private static bool TakeTime(ref ReadOnlySpan<byte> text, ref long ticks)
    {
        var valid = (Take(ref text, ' ') || Take(ref text, 'T')) & Take(ref text, 2, out var hour) & Take(ref text, ':') & Take(ref text, 2, out var minute);
        if (!valid || hour > 23 || minute > 59)
        {
            return false;
        }

        ticks += (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        if (!Take(ref text, ':'))
        {
            return true;
        }

        if (!Take(ref text, 2, out var second) || second > 59)
        {
            return false;
        }

        ticks += second * TimeSpan.TicksPerSecond;
        return !Take(ref text, '.') || TakeDecimals(ref text, ref ticks);
    }

    private static bool TakeDecimals(ref ReadOnlySpan<byte> text, ref long ticks)
    {
        var count = 0;
        var microseconds = 0;
        while (count < text.Length && text[count] is >= (byte)'0' and <= (byte)'9')
        {
            microseconds = count < Decimals ? (microseconds * 10) + text[count] - '0' : microseconds;
            count++;
        }

        for (var i = count; i < Decimals; i++)
        {
            microseconds *= 10;
        }

        ticks += microseconds * TimeSpan.TicksPerMicrosecond;
        text = text[count..];
        return count is >= 1 and <= MostDecimals;
    }

    private static bool TakeOffset(ref ReadOnlySpan<byte> text, ref long ticks)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        Take(ref text, ' ');
        if (Take(ref text, 'Z'))
        {
            return true;
        }

        var west = Take(ref text, '-');
        if ((!west && !Take(ref text, '+')) || !Take(ref text, 2, out var hours))
        {
            return false;
        }

        Take(ref text, ':');
        if (!Take(ref text, 2, out var minutes) || minutes > 59 || (hours * 60) + minutes > FarthestOffset)
        {
            return false;
        }

        ticks += ((hours * 60) + minutes) * TimeSpan.TicksPerMinute * (west ? 1 : -1);
        return true;
    }

    private static bool Take(ref ReadOnlySpan<byte> text, char expected)
    {
        if (text.IsEmpty || text[0] != expected)
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    private static bool Take(ref ReadOnlySpan<byte> text, int digits, out int value)
    {
        value = 0;
        if (text.Length < digits || text[..digits].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        foreach (var digit in text[..digits])
        {
            value = (value * 10) + digit - '0';
        }

        text = text[digits..];
        return true;
    }

    private static void Put(Span<byte> into, int digits, int value)
    {
        for (var i = digits - 1; i >= 0; i--, value /= 10)
        {
            into[i] = (byte)('0' + (value % 10));
        }
    }
}
