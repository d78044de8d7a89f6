using System.Text.RegularExpressions;

namespace Hangfire.MySql.Schema;

/// <summary>A table as the first script makes it, read from that script so that it is written down once.</summary>
internal sealed partial record TableDesign(string Name, IReadOnlyList<ColumnDesign> Columns, string[] PrimaryKey, IReadOnlyList<TableKey> Keys)
{
    public static IReadOnlyList<TableDesign> Read(string script) => Table().Matches(script).Select(table =>
    {
        var lines = table.Groups["body"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.TrimEnd(',')).ToArray();
        return new TableDesign(
            table.Groups["name"].Value,
            lines.Select(line => Column().Match(line)).Where(line => line.Success).Select(line => new ColumnDesign(line.Groups["name"].Value, line.Groups["type"].Value, line.Groups["rest"].Value)).ToList(),
            ColumnsOf(lines.Single(line => line.StartsWith("primary key", StringComparison.Ordinal))),
            lines.Where(line => line.StartsWith("key ", StringComparison.Ordinal)).Select(line => new TableKey(Quoted().Match(line).Groups["name"].Value, ColumnsOf(line))).ToList());
    }).ToList();

    private static string[] ColumnsOf(string key) => Quoted().Matches(key[key.IndexOf('(', StringComparison.Ordinal)..]).Select(column => column.Groups["name"].Value).ToArray();

    [GeneratedRegex(@"create table if not exists `\{prefix\}(?<name>\w+)` \((?<body>.*?)\n\) engine", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(@"^`(?<name>\w+)` (?<type>[a-z]+(\(\d+\))?) (?<rest>.*)$")]
    private static partial Regex Column();

    [GeneratedRegex("`(?<name>\\w+)`")]
    private static partial Regex Quoted();
}

/// <summary>A column: its type, such as varchar(100), and what follows.</summary>
internal sealed record ColumnDesign(string Name, string Type, string Rest)
{
    public bool IsText => Type.StartsWith("varchar", StringComparison.Ordinal) || Type == "longtext";

    public string Definition => IsText ? $"`{Name}` {Type} character set utf8mb4 collate utf8mb4_bin {Rest}" : $"`{Name}` {Type} {Rest}";

    /// <summary>Characters of a varchar; null of any other type.</summary>
    public int? Length => Type.StartsWith("varchar(", StringComparison.Ordinal)
        ? int.Parse(Type.AsSpan(8, Type.Length - 9), System.Globalization.CultureInfo.InvariantCulture)
        : null;
}

/// <summary>A key other than the primary one.</summary>
internal sealed record TableKey(string Name, string[] Columns);
