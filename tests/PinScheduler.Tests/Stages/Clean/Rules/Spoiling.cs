using CsCheck;

namespace PinScheduler.Tests.Stages.Clean.Rules;

/// <summary>A change of some bytes of a line, which may leave it JSON or not, UTF-8 or not.</summary>
internal sealed record Spoiling(uint Place, int Removed, byte[] Added, uint Digit)
{
    private static readonly byte[][] Pieces =
    [
        .. "\" \\ { } [ ] , : - + . e E 0 1 00 1. -0 01 1e 1e5 .5 null nul true tru false NaN \\u \\u12 \\ud800 \\x \\\" '"
            .Split(' ').Select(System.Text.Encoding.UTF8.GetBytes),
        [0], [9], [10], [13], [31], [127], [0x80], [0xC0, 0xAF], [0xC3], [0xC3, 0xA9], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xEF, 0xBB, 0xBF], [32, 32, 32],
    ];

    public static Gen<Spoiling> Any { get; } = Gen.Select(Gen.UInt, Gen.Int[0, 3], Gen.Frequency<byte[]>((1, Gen.Const(Array.Empty<byte>())), (4, Gen.OneOf(Pieces))), Gen.UInt, (place, removed, added, digit) => new Spoiling(place, removed, added, digit));

    public byte[] Of(byte[] line)
    {
        var place = (int)(Place % (line.Length + 1));
        return [.. line[..place], .. Added, .. line[Math.Min(line.Length, place + Removed)..]];
    }

    /// <summary>The same line with another digit in one place where it has one, so that keys and shape stay.</summary>
    public byte[] Renewed(byte[] line)
    {
        var digits = Enumerable.Range(0, line.Length).Where(at => line[at] is >= (byte)'0' and <= (byte)'9').ToList();
        if (digits.Count == 0)
        {
            return line;
        }

        byte[] renewed = [.. line];
        renewed[digits[(int)(Digit % digits.Count)]] = (byte)('0' + (Digit % 10));
        return renewed;
    }
}
