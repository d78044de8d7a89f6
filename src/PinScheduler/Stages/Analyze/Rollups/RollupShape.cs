using System.Text.RegularExpressions;

namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>
/// How a rollup's rows are told apart, and how those of new facts are merged into them. Its sources are the facts that it counts: each
/// night only what is new in one of them is looked at.
/// </summary>
internal sealed partial record RollupShape(IReadOnlyList<string> Key, IReadOnlyList<MergedColumn> Values, IReadOnlyList<DataSet> Sources, RollupSql Sql)
{
    /// <exception cref="SqlFileException">The header's key, merge, columns and tables do not fit together, or the query cannot be maintained.</exception>
    public static RollupShape Parse(SqlHeader header, IReadOnlyList<string> columns, string text)
    {
        var key = header.Words("key");
        var values = Merged(header);
        var named = key.Concat(values.Select(value => value.Column)).ToList();
        if (named.Count != columns.Count || !named.ToHashSet(StringComparer.Ordinal).SetEquals(columns))
        {
            throw header.Wrong("columns", $"the columns are {string.Join(", ", columns)}, but 'key' and 'merge' name {string.Join(", ", named)}; each column must be in one of both, once.");
        }

        var sources = new List<DataSet>();
        foreach (var table in header.Words("tables"))
        {
            sources.Add(DataSet.All.FirstOrDefault(set => set.FactTable == table)
                ?? throw header.Wrong("tables", $"a rollup is kept from the new rows of {string.Join(", ", DataSet.All.Select(set => set.FactTable))}, and '{table}' is none of them{DidYouMean.Suffix(table, DataSet.All.Select(set => set.FactTable))}."));
        }

        return new RollupShape(key, values, sources, RollupSql.Parse(text, sources, header));
    }

    private static List<MergedColumn> Merged(SqlHeader header) =>
        [.. header.Value("merge")!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
            MergeRule().Match(part) is { Success: true } match
                ? new MergedColumn(match.Groups["column"].Value, Enum.Parse<Merge>(match.Groups["rule"].Value, ignoreCase: true))
                : throw header.Wrong("merge", $"'{part}' is not a column and 'sum', 'max' or 'min', as in 'posts sum, top_followers max'."))];

    [GeneratedRegex(@"^`?(?<column>\w+)`?\s+(?<rule>sum|max|min)$")]
    private static partial Regex MergeRule();
}

/// <summary>A count or sum is added to, of a maximum or minimum the greater or lesser stays; NULL is none.</summary>
internal enum Merge
{
    Sum,
    Max,
    Min,
}

internal sealed record MergedColumn(string Column, Merge Rule)
{
    /// <summary>What becomes of the column in a row of the rollup when row `n` of new facts comes to it.</summary>
    public string Assignment(string table)
    {
        var (kept, added) = ($"`{table}`.`{Column}`", $"n.`{Column}`");
        var merged = Rule switch
        {
            Merge.Max => $"greatest({kept}, {added})",
            Merge.Min => $"least({kept}, {added})",
            _ => $"{kept} + {added}",
        };
        return $"{kept} = coalesce({merged}, {kept}, {added})";
    }
}
