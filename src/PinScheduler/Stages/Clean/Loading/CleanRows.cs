using System.Numerics;
using System.Runtime.InteropServices;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>A file's accepted records, chunk by chunk, each in the order of the tables' key: as rows of the clean table and of the fact table.</summary>
internal sealed class CleanRows(LineReader lines, LineCleaner cleaner, CleanBuffers buffers, long source, Action<long> read)
{
    // warehouse.md §3: sorted pieces of 16 MB gain most of what sorting can; a little less, and the buffer stops doubling at 16
    private const int ChunkBytes = 15 * 1024 * 1024;

    // as many as RowBuffer tells of
    private const int MostColumns = 32;

    private readonly List<Row> _rows = buffers.Rows;
    private readonly List<ulong> _order = buffers.Order;

    public long Records { get; private set; }

    public long Rejected { get; private set; }

    /// <summary>By the clean table's columns, in how many records that were not rejected each is NULL.</summary>
    public long[] Nulls { get; } = new long[MostColumns];

    public async Task<bool> NextChunkAsync(CancellationToken cancellationToken)
    {
        var before = Records;
        _rows.Clear();
        _order.Clear();
        buffers.Clean.Clear();
        buffers.Names?.Trim();
        do
        {
            TakeLines();
        }
        while (buffers.Clean.Length < ChunkBytes && await lines.ReadAsync(cancellationToken));

        // rows of one index stay as they came: few, and next to each other either way
        CollectionsMarshal.AsSpan(_order).Sort();
        read(Records - before);
        return _rows.Count > 0;
    }

    /// <summary>The chunk's rows of the clean table; until the next chunk.</summary>
    public LoadStream Clean() => new ChunkLines(_rows.Count, i => buffers.Clean.Memory(InOrder(i).Start, InOrder(i).Length));

    /// <summary>The chunk's rows of the fact table; until the next chunk.</summary>
    public async Task<LoadStream> FactsAsync(CancellationToken cancellationToken)
    {
        if (buffers.Names is { } names)
        {
            await names.ResolveAsync(cancellationToken);
        }

        var facts = buffers.Facts;
        facts.Clear();
        for (var i = 0; i < _order.Count; i++)
        {
            var row = InOrder(i);
            facts.BeginRow();
            facts.Whole(row.Ind);
            facts.Hex(row.Hash);
            facts.Whole(buffers.Names is null ? row.First : buffers.Names.IdOf(row.First ?? 0));
            facts.Whole(row.Second);
            facts.Whole(source);
            facts.EndRow();
        }

        return new ChunkLines(_rows.Count, facts);
    }

    private Row InOrder(int place) => _rows[(int)(uint)_order[place]];

    private void TakeLines()
    {
        var (buffer, fact) = (buffers.Clean, buffers.Fact);
        while (buffer.Length < ChunkBytes && lines.TryTake(out var line))
        {
            if (LineCleaner.IsBlank(line))
            {
                continue;
            }

            Records++;
            buffer.BeginRow();
            if (cleaner.Clean(line, buffer, fact, out var ind) is not null)
            {
                Rejected++;
                continue;
            }

            for (var nulls = buffer.NullsOfRow; nulls != 0; nulls &= nulls - 1)
            {
                Nulls[BitOperations.TrailingZeroCount(nulls)]++;
            }

            var hash = buffer.HashOfRow();
            buffer.Hex(hash);
            buffer.Whole(source);
            var (start, length) = buffer.EndRow();
            _order.Add(((ulong)((uint)ind ^ 0x8000_0000) << 32) | (uint)_rows.Count);
            _rows.Add(new Row(ind, hash, start, length, fact.First, fact.Second));
        }
    }
}

/// <summary>Where a row stands in its chunk, and its fact row.</summary>
internal readonly record struct Row(int Ind, UInt128 Hash, int Start, int Length, int? First, int? Second);
