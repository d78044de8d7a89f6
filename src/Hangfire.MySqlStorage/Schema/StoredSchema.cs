using System.Globalization;
using System.Text.RegularExpressions;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Schema;

/// <summary>
/// The storage's tables as they stand in a database, under the names that they have there: a dump made on Windows brings them in lower case to
/// a server that tells cases apart.
/// </summary>
internal sealed partial class StoredSchema
{
    private readonly Dictionary<string, StoredTable> _tables;

    private StoredSchema(Dictionary<string, StoredTable> tables, int? version)
    {
        _tables = tables;
        Version = version;
    }

    /// <summary>Null where no version of this library has been here.</summary>
    public int? Version { get; }

    public StoredTable? Find(string table) => _tables.GetValueOrDefault(table);

    public static StoredSchema Read(MySqlConnection connection, string prefix)
    {
        var wanted = SchemaScripts.Tables.Select(table => table.Name).Concat([nameof(Tables.Schema), "JobState", "DistributedLock"]).ToList();
        var stored = connection.Query(
            $"select table_name from information_schema.tables where table_schema = database() and lower(table_name) in ({wanted.Select(name => (prefix + name).ToLowerInvariant())})",
            row => row.GetString(0));
        var names = wanted.Select(name => (Name: name, Stored: Resolve(prefix + name, stored))).Where(name => name.Stored is not null).ToList();
        if (names.Count == 0)
        {
            return new StoredSchema([], null);
        }

        var columns = connection.Query(
            $"""
            select table_name, column_name, column_type, is_nullable, character_set_name, collation_name, character_maximum_length, character_octet_length, extra
            from information_schema.columns where table_schema = database() and table_name in ({names.Select(name => name.Stored!)})
            """,
            row => (Table: row.GetString(0), Column: new StoredColumn(
                row.GetString(1), IntegerWidth().Replace(row.GetString(2), "$1"), row.GetString(3) == "YES", row.Text(4), row.Text(5), Long(row, 6), Long(row, 7),
                row.GetString(8).Contains("auto_increment", StringComparison.OrdinalIgnoreCase)))).ToLookup(row => row.Table, row => row.Column);
        var keys = connection.Query(
            $"""
            select table_name, index_name, column_name from information_schema.statistics
            where table_schema = database() and table_name in ({names.Select(name => name.Stored!)}) order by table_name, index_name, seq_in_index
            """,
            row => (Table: row.GetString(0), Key: row.GetString(1), Column: row.Text(2) ?? "")).ToLookup(row => row.Table);
        var tables = names.ToDictionary(name => name.Name, name => Table(name.Stored!, columns[name.Stored!], keys[name.Stored!].Select(row => (row.Key, row.Column))));
        return new StoredSchema(tables, ReadVersion(connection, tables.GetValueOrDefault(nameof(Tables.Schema))));
    }

    private static StoredTable Table(string name, IEnumerable<StoredColumn> columns, IEnumerable<(string Key, string Column)> keys)
    {
        var byName = keys.GroupBy(key => key.Key, key => key.Column, StringComparer.Ordinal).ToDictionary(key => key.Key, key => key.ToArray());
        return new StoredTable(
            name,
            columns.ToDictionary(column => column.Name, StringComparer.OrdinalIgnoreCase),
            byName.GetValueOrDefault("PRIMARY") ?? [],
            byName.Where(key => key.Key != "PRIMARY").Select(key => new TableKey(key.Key, key.Value)).ToList());
    }

    /// <summary>Exactly this name where there is such a table, else one in another case.</summary>
    private static string? Resolve(string name, List<string> stored)
    {
        var lower = name.ToLowerInvariant();
        return stored.Find(table => table == name) ?? stored.Find(table => table == lower) ?? stored.Find(table => table.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static int? ReadVersion(MySqlConnection connection, StoredTable? schema) => schema is null
        ? null
        : connection.Query($"select coalesce(max(`Version`), 0) from {new Table(schema.Quoted)}", row => Convert.ToInt32(row.GetValue(0), CultureInfo.InvariantCulture))[0];

    private static long? Long(MySqlDataReader row, int column) => row.IsDBNull(column) ? null : Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);

    /// <summary>MariaDB shows widths that mean nothing: bigint(20).</summary>
    [GeneratedRegex(@"^(int|bigint)\(\d+\)$")]
    private static partial Regex IntegerWidth();
}
