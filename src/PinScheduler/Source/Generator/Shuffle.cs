namespace PinScheduler.Source.Generator;

/// <summary>A random order of 0 to n-1 that takes no memory: four rounds of a Feistel network, walked again where it leaves the range.</summary>
internal sealed class Shuffle
{
    private readonly long _count;
    private readonly int _half;
    private readonly ulong[] _keys = new ulong[4];

    public Shuffle(long seed, long count)
    {
        _count = count;
        while (1L << (2 * _half) < count)
        {
            _half++;
        }

        var chance = new Chance(seed, Chance.Purpose.Place, count);
        for (var round = 0; round < _keys.Length; round++)
        {
            _keys[round] = chance.Bits();
        }
    }

    public long Of(long number)
    {
        do
        {
            number = Permuted(number);
        }
        while (number >= _count);
        return number;
    }

    private long Permuted(long number)
    {
        var mask = (1UL << _half) - 1;
        var (left, right) = ((ulong)number >> _half, (ulong)number & mask);
        foreach (var key in _keys)
        {
            (left, right) = (right, left ^ (new Chance((long)key, Chance.Purpose.Place, (long)right).Bits() & mask));
        }

        return (long)((left << _half) | right);
    }
}
