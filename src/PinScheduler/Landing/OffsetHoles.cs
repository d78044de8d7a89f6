namespace PinScheduler.Landing;

/// <summary>
/// The offsets of a file's range that hold no record, in order, two numbers a run: how far behind the last run it begins, and how long it
/// is, seven bits a byte. Past <see cref="MaxBytes"/> the list is given up: a line can then be told only nearly.
/// </summary>
internal sealed class OffsetHoles
{
    // some 30,000 runs; with all partitions' lists in one statement still far below what a server takes
    public const int MaxBytes = 64 * 1024;

    private const int LongestNumber = 10;

    private byte[] _bytes = [];
    private int _length;
    private long _last;

    /// <param name="first">The first offset of the range.</param>
    public OffsetHoles(long first) => _last = first;

    public bool GivenUp { get; private set; }

    /// <summary>Null where there are none, or too many to keep.</summary>
    public byte[]? Bytes => _length == 0 || GivenUp ? null : _bytes[.._length];

    /// <summary>The offsets from <paramref name="from"/> up to before <paramref name="to"/> hold no record.</summary>
    public void Add(long from, long to)
    {
        if (GivenUp || to <= from)
        {
            return;
        }

        Write(from - _last);
        Write(to - from);
        _last = to;
    }

    public static IEnumerable<(long From, long To)> Read(long first, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var from = first + Number(bytes, ref at);
            first = from + Number(bytes, ref at);
            yield return (from, first);
        }
    }

    private void Write(long number)
    {
        if (GivenUp || _length + LongestNumber > MaxBytes)
        {
            GivenUp = true;
            _bytes = [];
            return;
        }

        if (_length + LongestNumber > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Min(MaxBytes, Math.Max(64, _bytes.Length * 2)));
        }

        for (; number >= 0x80; number >>= 7)
        {
            _bytes[_length++] = (byte)(number | 0x80);
        }

        _bytes[_length++] = (byte)number;
    }

    private static long Number(byte[] bytes, ref int at)
    {
        var number = 0L;
        for (var shift = 0; ; shift += 7)
        {
            number |= (bytes[at] & 0x7FL) << shift;
            if (bytes[at++] < 0x80)
            {
                return number;
            }
        }
    }
}
