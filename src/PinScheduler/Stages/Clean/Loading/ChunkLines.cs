using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>Load lines that are there already.</summary>
internal sealed class ChunkLines : LoadStream
{
    private readonly Func<int, ReadOnlyMemory<byte>> _part;
    private readonly int _parts;
    private int _next;

    /// <summary>One after another in an order that need not be the buffer's.</summary>
    public ChunkLines(int rows, Func<int, ReadOnlyMemory<byte>> line) => (Rows, _parts, _part) = (rows, rows, line);

    /// <summary>All of the buffer.</summary>
    public ChunkLines(int rows, RowBuffer lines) => (Rows, _parts, _part) = (rows, 1, _ => lines.Memory(0, lines.Length));

    protected override Task<bool> FillAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    protected override bool TryNextLine(out ReadOnlyMemory<byte> line)
    {
        var more = _next < _parts;
        line = more ? _part(_next) : default;
        _next++;
        return more;
    }
}
