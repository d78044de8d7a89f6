namespace Hangfire.MySql.Schema;

/// <summary>What makes a table that Hangfire.MySqlStorage created into ours: all at once, which rebuilds it, or as far as goes in place.</summary>
internal sealed class TableUpgrade(TableDesign design, StoredTable stored)
{
    /// <summary>Of a varchar that is stored with one byte for its length; beyond, the table would be rebuilt.</summary>
    private const int OneByteLength = 255;

    /// <summary>Of the reason of a state, which is of any length where the table is ours: a row of this and the others has less than 65,535 bytes.</summary>
    private const int LongestReason = 15_000;

    private const string InPlace = "algorithm=inplace, lock=none";

    public StoredTable Table => stored;

    /// <summary>A column that a table of ours or of Hangfire.MySqlStorage has, and this one lacks: so it is neither's.</summary>
    public string? MissingColumn => design.Columns.Select(column => column.Name).FirstOrDefault(column => !stored.Columns.ContainsKey(column));

    public bool IsNeeded => design.Columns.Any(column => !Fits(column)) || Dropped.Any();

    /// <summary>One statement that does everything, in a time that grows with the table.</summary>
    public string Rebuild()
    {
        var changes = new List<string>();
        changes.AddRange(design.Columns.Where(column => !Fits(column)).Select(column => $"modify column {column.Definition}"));
        changes.AddRange(Dropped.Select(column => $"drop column `{column}`"));
        if (!stored.PrimaryKey.SequenceEqual(design.PrimaryKey, StringComparer.OrdinalIgnoreCase))
        {
            changes.Add("drop primary key");
            changes.Add($"add primary key ({Columns(design.PrimaryKey)})");
        }

        var missing = design.Keys.Where(key => !stored.Keys.Any(other => Same(other.Columns, key.Columns))).ToList();
        changes.AddRange(stored.Keys.Where(key => IsReplaced(key, missing)).Select(key => $"drop key `{key.Name}`"));
        changes.AddRange(missing.Select(key => $"add key `{key.Name}` ({Columns(key.Columns)})"));
        changes.Add("default character set utf8mb4 collate utf8mb4_bin");
        changes.Add("row_format=dynamic");
        return $"alter table {stored.Quoted}\n  {string.Join(",\n  ", changes)}";
    }

    /// <summary>Statements that the server does without copying the table; it says so itself, or refuses.</summary>
    public IEnumerable<SchemaStep> InPlaceSteps(bool mariaDb)
    {
        var changes = design.Keys.Where(key => !IsServed(key)).Select(key => $"add key `{FreeName(key.Name)}` ({Columns(key.Columns)})")
            .Concat(design.Columns.Select(column => Widened(column, utf8Mb4: false)).OfType<string>()).ToList();
        if (changes.Count > 0)
        {
            yield return new SchemaStep($"alter table {stored.Quoted} {string.Join(", ", changes)}, {InPlace}");
        }

        // MariaDB changes most character sets of a column without a key in place, MySQL none
        foreach (var column in (mariaDb ? design.Columns : []).Select(column => Widened(column, utf8Mb4: true)).OfType<string>())
        {
            yield return new SchemaStep($"alter table {stored.Quoted} {column}, {InPlace}", MayBeRefused: true);
        }
    }

    private IEnumerable<string> Dropped => stored.Columns.Values
        .Where(column => column.IsAutoIncrement && design.Columns.All(known => !known.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase))).Select(column => column.Name);

    private bool Fits(ColumnDesign column) => stored.Columns.TryGetValue(column.Name, out var found) && found.Fits(column);

    /// <summary>A longer column than the stored one, as far as that changes nothing in the rows; null where it is long enough.</summary>
    private string? Widened(ColumnDesign column, bool utf8Mb4)
    {
        if (!column.IsText || !stored.Columns.TryGetValue(column.Name, out var found) || found.IsUtf8Mb4 || found is not { Length: { } length, Bytes: { } bytes })
        {
            return null;
        }

        var isText = found.Type == "longtext";
        var bytesEach = bytes / Math.Max(length, 1);
        var possible = bytes > OneByteLength ? column.Length ?? LongestReason : OneByteLength / bytesEach;
        var longest = Math.Max(length, Math.Min(possible, column.Length ?? LongestReason));
        if (utf8Mb4 ? stored.Indexed.Contains(column.Name, StringComparer.OrdinalIgnoreCase) || !(isText || bytes > OneByteLength) : isText || longest == length)
        {
            return null;
        }

        var (set, collation) = utf8Mb4 ? ("utf8mb4", "utf8mb4_bin") : (found.CharacterSet, found.Collation);
        return $"modify column `{column.Name}` {(isText ? "longtext" : $"varchar({longest})")} character set {set} collate {collation} {column.Rest}";
    }

    /// <summary>A key on what the primary key ends with anyway is as good as ours.</summary>
    private bool IsServed(TableKey key) => stored.Keys.Select(other => other.Columns.Concat(stored.PrimaryKey).Distinct(StringComparer.OrdinalIgnoreCase).ToArray())
        .Append(stored.PrimaryKey).Any(columns => key.Columns.SequenceEqual(columns.Take(key.Columns.Length), StringComparer.OrdinalIgnoreCase));

    private bool IsReplaced(TableKey key, List<TableKey> missing) =>
        missing.Any(other => other.Name.Equals(key.Name, StringComparison.OrdinalIgnoreCase))
        || design.Keys.Select(other => other.Columns).Where(columns => !Same(columns, key.Columns)).Append(design.PrimaryKey)
            .Any(columns => key.Columns.Length <= columns.Length && Same(key.Columns, columns[..key.Columns.Length]));

    private string FreeName(string name) => stored.Keys.Any(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ? name + "_2" : name;

    private static bool Same(string[] one, string[] other) => one.SequenceEqual(other, StringComparer.OrdinalIgnoreCase);

    private static string Columns(string[] names) => $"`{string.Join("`, `", names)}`";
}
