using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>Rows that are loaded by one statement a table, in the order of the tables' key.</summary>
internal sealed class CleanChunk
{
    /// <summary>Lines of the clean table, as they came.</summary>
    public RowBuffer Clean { get; } = new();

    /// <summary>Lines of the fact table, in order.</summary>
    public RowBuffer Facts { get; } = new();

    public List<Row> Rows { get; } = [];

    /// <summary>Of the rows: their indexes, and below each where its row stands in <see cref="Rows"/>.</summary>
    public List<ulong> Order { get; } = [];

    public void Clear()
    {
        Clean.Clear();
        Facts.Clear();
        Rows.Clear();
        Order.Clear();
    }

    public Row InOrder(int place) => Rows[(int)(uint)Order[place]];

    public LoadStream CleanLines() => new ChunkLines(Rows.Count, i => Clean.Memory(InOrder(i).Start, InOrder(i).Length));

    public LoadStream FactLines() => new ChunkLines(Rows.Count, Facts);
}

/// <summary>Where a row stands in its chunk, and its fact row.</summary>
internal readonly record struct Row(int Ind, UInt128 Hash, int Start, int Length, int? First, int? Second, long Source);
