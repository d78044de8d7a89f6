using System.Text;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Stages.Clean.Facts;

/// <summary>The ids of a column's names in its dictionary table, where new ones are added at once: ids never change and are never taken back.</summary>
internal sealed class NameDictionary(Warehouse warehouse, string table)
{
    // so many names are some megabytes; a column that has more of them begins anew at its next chunk
    private const int MostNames = 50_000;
    private const int NamesAStatement = 500;

    private readonly List<int> _ids = [];

    public NameOrdinals Ordinals { get; } = new();

    public int IdOf(int ordinal) => ordinal == 0 ? FactColumns.None : _ids[ordinal - 1];

    /// <summary>To be called while no ordinal is in use.</summary>
    public void Trim()
    {
        if (_ids.Count > MostNames)
        {
            _ids.Clear();
            Ordinals.Clear();
        }
    }

    /// <summary>Learns the ids of all names that have come up; on a connection of its own, for they must outlive the caller's transaction.</summary>
    public async Task ResolveAsync(CancellationToken cancellationToken)
    {
        if (_ids.Count == Ordinals.Names.Count)
        {
            return;
        }

        await using var connection = await warehouse.OpenAsync(cancellationToken);
        foreach (var names in Ordinals.Names.Skip(_ids.Count).Select(Encoding.UTF8.GetString).Chunk(NamesAStatement).ToList())
        {
            var ids = await FindAsync(connection, names, cancellationToken);
            if (names.Where(name => !ids.ContainsKey(name)).ToList() is { Count: > 0 } unknown)
            {
                await AddAsync(unknown, cancellationToken);
                ids = await FindAsync(connection, names, cancellationToken);
            }

            _ids.AddRange(names.Select(name => ids[name]));
        }
    }

    private async Task<Dictionary<string, int>> FindAsync(MySqlConnection connection, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<(string Name, int Id)>(new CommandDefinition($"select name, id from {table} where name in @names", new { names }, cancellationToken: cancellationToken)))
        .ToDictionary(row => row.Name, row => row.Id, StringComparer.Ordinal);

    // in one order for all: partitions that find the same new names wait for each other and do not deadlock
    private Task AddAsync(List<string> names, CancellationToken cancellationToken) =>
        warehouse.TransactAsync(async (connection, transaction) =>
        {
            names.Sort(StringComparer.Ordinal);
            await using var insert = new MySqlCommand($"insert ignore into {table} (name) values {string.Join(", ", names.Select((_, i) => $"(@n{i})"))}", connection, transaction);
            for (var i = 0; i < names.Count; i++)
            {
                insert.Parameters.AddWithValue($"@n{i}", names[i]);
            }

            await insert.ExecuteNonQueryAsync(cancellationToken);
        }, cancellationToken);
}
