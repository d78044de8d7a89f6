using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>Section `Pipeline`, as far as it concerns cleaning.</summary>
internal sealed class CleanOptions
{
    public const string Section = "Pipeline";

    /// <summary>By column, the texts that become NULL; a column that is named here has these instead of its default ones.</summary>
    public Dictionary<string, string[]> Placeholders { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    public Bounds Bounds { get; set; } = new();

    /// <summary>As they stand in the configuration, for the binder is silent about those it does not know.</summary>
    internal IReadOnlyList<string> BoundNames { get; set; } = [];

    /// <summary>Batches of files that one server loads side by side, over all data sets; warehouse.md §3.2: two are nearly enough for a database of two cores, and each takes some 50 MB.</summary>
    public int CleanConnections { get; set; } = 3;

    /// <summary>Of landing files, how much one transaction loads at most, where that is more than one file; a first night's also an eighth of the memory, other nights' 128 MB. For servers that limit transactions, as group replication does.</summary>
    public int CleanBatchMegabytes { get; set; } = 2048;

    public Placeholders EffectivePlaceholders()
    {
        var byColumn = new Dictionary<string, string[]>(Rules.Placeholders.Defaults, StringComparer.OrdinalIgnoreCase);
        foreach (var (column, texts) in Placeholders)
        {
            byColumn[column] = texts;
        }

        return new Placeholders(byColumn);
    }
}
