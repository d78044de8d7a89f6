using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>A file's accepted records as rows of the clean table, each chunk in the order of its key.</summary>
internal sealed class CleanRows(LineReader lines, LineCleaner cleaner, RowBuffer buffer, long source, Action<long> read) : LoadStream(buffer)
{
    // warehouse.md §3: sorted pieces of 16 MB gain most of what sorting can; a little less, and the buffer stops doubling at 16
    private const int ChunkBytes = 15 * 1024 * 1024;

    private readonly List<Row> _rows = [];
    private int _next;

    public long Records { get; private set; }

    public long Rejected { get; private set; }

    protected override async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        var before = Records;
        _rows.Clear();
        _next = 0;
        do
        {
            TakeLines();
        }
        while (Buffer.Length < ChunkBytes && await lines.ReadAsync(cancellationToken));

        _rows.Sort();
        Rows += _rows.Count;
        read(Records - before);
        return _rows.Count > 0;
    }

    protected override bool TryNextLine(out ReadOnlyMemory<byte> line)
    {
        var more = _next < _rows.Count;
        line = more ? Buffer.Memory(_rows[_next].Start, _rows[_next].Length) : default;
        _next++;
        return more;
    }

    private void TakeLines()
    {
        while (Buffer.Length < ChunkBytes && lines.TryTake(out var line))
        {
            if (LineCleaner.IsBlank(line))
            {
                continue;
            }

            Records++;
            Buffer.BeginRow();
            if (cleaner.Clean(line, Buffer, out var ind) is not null)
            {
                Rejected++;
                continue;
            }

            var hash = Buffer.HashOfRow();
            Buffer.Hex(hash);
            Buffer.Whole(source);
            var (start, length) = Buffer.EndRow();
            _rows.Add(new Row(ind, hash, start, length));
        }
    }

    private readonly record struct Row(int Ind, UInt128 Hash, int Start, int Length) : IComparable<Row>
    {
        public int CompareTo(Row other)
        {
            var byIndex = Ind.CompareTo(other.Ind);
            return byIndex != 0 ? byIndex : Hash.CompareTo(other.Hash);
        }
    }
}
