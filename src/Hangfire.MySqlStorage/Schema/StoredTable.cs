namespace Hangfire.MySql.Schema;

/// <summary>A table as it stands in the database.</summary>
internal sealed record StoredTable(string Name, IReadOnlyDictionary<string, StoredColumn> Columns, string[] PrimaryKey, IReadOnlyList<TableKey> Keys)
{
    public string Quoted => $"`{Name}`";

    public IEnumerable<string> Indexed => Keys.SelectMany(key => key.Columns).Concat(PrimaryKey);
}

/// <summary>A column as it stands in the database; texts have a character set.</summary>
internal sealed record StoredColumn(string Name, string Type, bool IsNullable, string? CharacterSet, string? Collation, long? Length, long? Bytes, bool IsAutoIncrement)
{
    public bool IsUtf8Mb4 => CharacterSet == "utf8mb4";

    /// <summary>Whether the column holds all that the design's would.</summary>
    public bool Fits(ColumnDesign design) =>
        (design.Length is { } length ? Type.StartsWith("varchar", StringComparison.Ordinal) && Length >= length : Type == design.Type)
        && (!design.IsText || IsUtf8Mb4)
        && (IsNullable || design.Rest.Contains("not null", StringComparison.Ordinal));
}
