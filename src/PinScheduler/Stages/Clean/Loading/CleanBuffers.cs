using PinScheduler.Database;
using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>What one connection's files are cleaned in, one after another, so that files cost no memory of their own.</summary>
internal sealed class CleanBuffers
{
    public IReadOnlyList<CleanChunk> Chunks { get; } = [new(), new()];

    public FactRow Fact { get; private set; } = new(null);

    public NameDictionary? Names { get; private set; }

    /// <summary>From now on they are those of a partition of this data set.</summary>
    public void Begin(Warehouse warehouse, FactColumns facts)
    {
        Names = facts.Dictionary is { } table ? new NameDictionary(warehouse, table) : null;
        Fact = new FactRow(Names?.Ordinals);
    }
}
