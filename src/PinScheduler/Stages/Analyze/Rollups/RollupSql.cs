using System.Text.RegularExpressions;

namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>
/// A rollup's query, which can be asked of a part of its facts: each source is read once, so a common table expression of the
/// source's own name, put before the query, takes the table's place there.
/// </summary>
internal sealed partial class RollupSql
{
    private readonly string _query;
    private readonly bool _hasExpressions;

    private RollupSql(string query, bool hasExpressions) => (_query, _hasExpressions) = (query, hasExpressions);

    /// <exception cref="SqlFileException">New rows alone would not tell what the query gives: a source read twice, an outer join, distinct, having, limit, a union or a window.</exception>
    public static RollupSql Parse(string text, IReadOnlyList<DataSet> sources, SqlHeader header)
    {
        var query = QuotedOrComment().Replace(text, static match => match.Groups["quoted"].Value).Trim().TrimEnd(';').TrimEnd();
        var plain = QuotedOrComment().Replace(query, static match => match.Value.StartsWith('`') ? match.Value : "''");
        if (NotMaintained().Match(plain) is { Success: true } word)
        {
            throw header.Wrong("name", $"a rollup's query cannot have '{word.Value.ToLowerInvariant()}': what new rows add to it could not be told from them alone. Have it in the analysis that reads the rollup.");
        }

        foreach (var source in sources)
        {
            var times = Regex.Count(plain, $@"(\b(from|join)|,)\s+`?{source.FactTable}`?\b(?!\s*\.)", RegexOptions.IgnoreCase);
            if (times != 1)
            {
                throw header.Wrong("tables", $"the query reads '{source.FactTable}' {times} times; each of a rollup's tables must be read once, after 'from' or 'join'.");
            }
        }

        var expressions = With().Match(query);
        return new RollupSql(expressions.Success ? query[expressions.Length..] : query, expressions.Success);
    }

    /// <param name="conditions">By source, what its rows must fulfil to count; a source that is not named counts whole.</param>
    public string Over(IReadOnlyDictionary<DataSet, string> conditions)
    {
        var parts = conditions.Select(part => $"{part.Key.FactTable} as (select * from {part.Key.FactTable} where {part.Value})").ToList();
        return (parts.Count, _hasExpressions) switch
        {
            (0, false) => _query,
            (0, true) => $"with {_query}",
            (_, false) => $"with {string.Join(", ", parts)} {_query}",
            _ => $"with {string.Join(", ", parts)}, {_query}",
        };
    }

    // quoted text is matched so that nothing in it is taken for a comment; hints to the optimizer stay
    [GeneratedRegex("""(?<quoted>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|`[^`]*`)|--(?:[ \t][^\n]*)?$|#[^\n]*|/\*[^+!].*?\*/""", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex QuotedOrComment();

    [GeneratedRegex(@"\b(left|right|full|outer|distinct|having|limit|union|except|intersect|over|recursive)\b(?!\s*\.)", RegexOptions.IgnoreCase)]
    private static partial Regex NotMaintained();

    [GeneratedRegex(@"^with\s+", RegexOptions.IgnoreCase)]
    private static partial Regex With();
}
