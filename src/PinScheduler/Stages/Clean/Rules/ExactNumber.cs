namespace PinScheduler.Stages.Clean.Rules;

/// <summary>A decimal number as it is written: `[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`, JSON's numbers included. However many digits it has, nothing is rounded.</summary>
internal readonly ref struct ExactNumber
{
    // no text is so long that its digits could make up for a larger exponent
    private const long LargestExponent = 1_000_000_000_000;

    private const int UsualLength = 9;

    // one more than int.MaxValue is still told apart, as int.MinValue's magnitude
    private const long Enough = 1L << 31;

    private readonly bool _negative;
    private readonly ReadOnlySpan<byte> _whole;
    private readonly ReadOnlySpan<byte> _fraction;
    private readonly long _exponent;

    private ExactNumber(bool negative, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, long exponent)
    {
        _negative = negative;
        _whole = whole;
        _fraction = fraction;
        _exponent = exponent;
    }

    private int Digits => _whole.Length + _fraction.Length;

    // how many of the digits stand before the decimal point, once the exponent has moved it
    private long Point => _whole.Length + _exponent;

    public static bool TryParse(ReadOnlySpan<byte> text, out ExactNumber number)
    {
        number = default;
        var negative = TakeSign(ref text);
        var whole = TakeDigits(ref text);
        var valid = !whole.IsEmpty;
        ReadOnlySpan<byte> fraction = [];
        if (valid && !text.IsEmpty && text[0] == '.')
        {
            text = text[1..];
            fraction = TakeDigits(ref text);
            valid = !fraction.IsEmpty;
        }

        long exponent = 0;
        if (valid && !text.IsEmpty && text[0] is (byte)'e' or (byte)'E')
        {
            text = text[1..];
            var down = TakeSign(ref text);
            var digits = TakeDigits(ref text);
            valid = !digits.IsEmpty;
            foreach (var digit in digits)
            {
                exponent = Math.Min((exponent * 10) + digit - '0', LargestExponent);
            }

            exponent = down ? -exponent : exponent;
        }

        if (!valid || !text.IsEmpty)
        {
            return false;
        }

        number = new ExactNumber(negative, whole, fraction, exponent);
        return true;
    }

    /// <summary>The value of so few digits that they must be in INT's range, and of nothing else; -1 where it is anything else.</summary>
    public static int UsualWhole(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > UsualLength)
        {
            return -1;
        }

        var value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            value = (value * 10) + digit - '0';
        }

        return value;
    }

    /// <summary>The value where it is an integer (30, 30.0, 3e1) in INT's range, else null.</summary>
    public int? Whole()
    {
        for (var i = Math.Max(Point, 0); i < Digits; i++)
        {
            if (Digit((int)i) != '0')
            {
                return null;
            }
        }

        return InRange(Magnitude());
    }

    /// <summary>The value without its decimals where it is from 0 up to INT's largest, else null.</summary>
    public int? Cut() => _negative && !IsZero() ? null : InRange(Magnitude());

    private int? InRange(long magnitude)
    {
        var value = _negative ? -magnitude : magnitude;
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : null;
    }

    private long Magnitude()
    {
        long value = 0;
        for (long i = 0; i < Point && value <= Enough && (i < Digits || value > 0); i++)
        {
            value = (value * 10) + (i < Digits ? Digit((int)i) - '0' : 0);
        }

        return value;
    }

    private bool IsZero() => _whole.IndexOfAnyExcept((byte)'0') < 0 && _fraction.IndexOfAnyExcept((byte)'0') < 0;

    private byte Digit(int i) => i < _whole.Length ? _whole[i] : _fraction[i - _whole.Length];

    private static bool TakeSign(scoped ref ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is not ((byte)'+' or (byte)'-'))
        {
            return false;
        }

        var negative = text[0] == '-';
        text = text[1..];
        return negative;
    }

    private static ReadOnlySpan<byte> TakeDigits(scoped ref ReadOnlySpan<byte> text)
    {
        var count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = count < 0 ? text : text[..count];
        text = text[digits.Length..];
        return digits;
    }
}
