using System.IO.Hashing;

namespace PinScheduler.Stages.Clean.Facts;

/// <summary>Numbers the names of one column as they come; <see cref="NameDictionary"/> knows their ids. Ordinal 0 is no name.</summary>
internal sealed class NameOrdinals
{
    private readonly Dictionary<byte[], int> _ordinals = new(new Bytes());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    public NameOrdinals() => _bySpan = _ordinals.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>By ordinal - 1.</summary>
    public List<byte[]> Names { get; } = [];

    public int Of(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return 0;
        }

        if (!_bySpan.TryGetValue(name, out var ordinal))
        {
            Names.Add(name.ToArray());
            ordinal = Names.Count;
            _ordinals.Add(Names[^1], ordinal);
        }

        return ordinal;
    }

    public void Clear()
    {
        Names.Clear();
        _ordinals.Clear();
    }

    private sealed class Bytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes) => GetHashCode((ReadOnlySpan<byte>)bytes);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => unchecked((int)XxHash3.HashToUInt64(alternate));
    }
}
