using PinScheduler.Database;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>What one connection's files are cleaned in, one after another, so that files cost no memory of their own.</summary>
internal sealed class CleanBuffers
{
    public CleanBuffers(Warehouse warehouse, FactColumns facts)
    {
        Names = facts.Dictionary is { } table ? new NameDictionary(warehouse, table) : null;
        Fact = new FactRow(Names?.Ordinals);
    }

    public RowBuffer Clean { get; } = new();

    public RowBuffer Facts { get; } = new();

    public List<Row> Rows { get; } = [];

    public FactRow Fact { get; }

    public NameDictionary? Names { get; }
}
