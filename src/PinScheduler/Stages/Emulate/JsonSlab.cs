using System.Buffers;

namespace PinScheduler.Stages.Emulate;

/// <summary>Many small texts in few large arrays, so that neither the allocator nor the garbage collector sees each.</summary>
internal sealed class JsonSlab(int chunkBytes) : IBufferWriter<byte>
{
    /// <summary>For rows that are sent and forgotten; and for those that stay, which the collector then need not move.</summary>
    public const int Passing = 64 * 1024;
    public const int Staying = 1024 * 1024;

    private byte[] _chunk = [];
    private int _from;
    private int _end;

    /// <summary>What was written since the last Take or Drop.</summary>
    public ReadOnlyMemory<byte> Written => _chunk.AsMemory(_from, _end - _from);

    public ReadOnlyMemory<byte> Take()
    {
        var written = Written;
        _from = _end;
        return written;
    }

    public void Drop() => _end = _from;

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_chunk.Length - _end < Math.Max(1, sizeHint))
        {
            var written = Written;
            _chunk = new byte[Math.Max(chunkBytes, 2 * (written.Length + sizeHint))];
            written.CopyTo(_chunk);
            (_from, _end) = (0, written.Length);
        }

        return _chunk.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
