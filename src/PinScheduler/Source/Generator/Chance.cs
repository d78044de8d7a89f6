namespace PinScheduler.Source.Generator;

/// <summary>Random draws that depend on seed, purpose and number alone (SplitMix64), so that any row can be made without those before it.</summary>
internal struct Chance
{
    private ulong _state;

    public Chance(long seed, Purpose purpose, long number)
    {
        _state = Mixed((ulong)seed ^ Mixed((ulong)number * 0x9E3779B97F4A7C15 + (ulong)purpose));
    }

    /// <summary>What is drawn for; each has draws of its own, so that one more draw for one changes nothing for another.</summary>
    internal enum Purpose
    {
        Place,
        Poster,
        PosterEdge,
        Pin,
        PinEdge,
        Geo,
        GeoEdge,
    }

    public ulong Bits()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mixed(_state);
    }

    /// <summary>0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)Math.BigMul(Bits(), (ulong)limit, out _);

    /// <summary>0 to below 1.</summary>
    public double Unit() => (Bits() >> 11) * (1.0 / (1UL << 53));

    public bool Share(double share) => Unit() < share;

    public T Of<T>(T[] values) => values[Below(values.Length)];

    /// <summary>The least of so many draws of <see cref="Unit"/>.</summary>
    public double Least(int draws) => 1 - Math.Pow(1 - Unit(), 1.0 / draws);

    /// <summary>About normal, mean 0 and deviation 1; a sum, so that no platform's logarithm changes a row.</summary>
    public double Bell()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += Unit();
        }

        return sum;
    }

    private static ulong Mixed(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
