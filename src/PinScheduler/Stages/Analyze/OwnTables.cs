using System.Text.RegularExpressions;
using PinScheduler.Hosting;

namespace PinScheduler.Stages.Analyze;

/// <summary>The tables that the warehouse has for PinScheduler itself, so that no rollup takes the name of one.</summary>
internal sealed partial class OwnTables
{
    private const string Hangfire = "Hangfire";

    // a server may know no difference between upper and lower case in a table's name
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase) { "schema_version" };

    /// <summary>Those that the scripts in sql/schema make, and the source's.</summary>
    public static OwnTables Of(SqlFolder folder)
    {
        var own = new OwnTables();
        foreach (var script in folder.Files("schema"))
        {
            own._names.UnionWith(Made().Matches(File.ReadAllText(script)).Select(static made => made.Groups["name"].Value));
        }

        // while they are made anew they stand under other names too
        own._names.UnionWith(DataSet.All.SelectMany(static set => new[] { set.SourceTable, "seeding_" + set.SourceTable, "replaced_" + set.SourceTable }));
        own._names.UnionWith(DataSet.All.SelectMany(static set => new[] { set.CleanTable, set.FactTable }).SelectMany(static table => new[] { table + "_next", table + "_old" }));
        return own;
    }

    public bool Has(string name) => _names.Contains(name) || name.StartsWith(Hangfire, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\bcreate\s+table\s+(if\s+not\s+exists\s+)?`?(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Made();
}
