using System.Text.RegularExpressions;

namespace PinScheduler.Tests.Database;

/// <summary>The tests run on MariaDB; a name that MySQL alone reserves would be found by its first user.</summary>
public sealed partial class ReservedWordTests
{
    // of MySQL 8.0 to 9.7, those that MariaDB 10.11 takes as names
    private static readonly HashSet<string> Reserved = new(
        "cube cume_dist database dense_rank empty external first_value function generated get grouping groups io_after_gtids io_before_gtids json_table lag last_value lateral lead library manual nth_value ntile of optimizer_costs option parallel percent_rank qualify rank row row_number schema stored system tablesample virtual window".Split(' '),
        StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Names_InOurSql_AreNotReservedByMySql()
    {
        var named = Directory.EnumerateFiles(Path.Combine(MariaDb.Root, "sql"), "*.sql", SearchOption.AllDirectories)
            .SelectMany(static file => Name().Matches(Noise().Replace(File.ReadAllText(file), " ")).Select(match => (File: Path.GetFileName(file), Name: match.Groups["name"].Value))).ToList();

        Assert.Contains(named, static one => one.Name == "end_offset");
        Assert.Contains(named, static one => one.Name == "post_year");
        Assert.DoesNotContain(named, static one => Reserved.Contains(one.Name));
    }

    // what a column, a key or a table is called where it is made
    [GeneratedRegex(@"(?:\bas\s+|\badd\s+(?:column|key)\s+|\bkey\s+|^\s+)(?<name>[a-z_]\w*)(?=\s*(?:,|$|\)|\s(?:tinyint|smallint|int|bigint|varchar|longtext|text|json|datetime|date|decimal|double|binary|varbinary)\b))", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Name();

    [GeneratedRegex(@"--[^\n]*|'(?:[^']|'')*'|`[^`]*`")]
    private static partial Regex Noise();
}
