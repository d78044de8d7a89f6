using System.Globalization;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>Puts load lines into a table; rows whose key is there already are left out.</summary>
internal abstract class RowLoader
{
    /// <summary>The column that is no text.</summary>
    protected const string Bytes = "h";

    /// <summary>LOAD DATA LOCAL where the server allows it, else INSERT.</summary>
    public static async Task<RowLoader> ForAsync(MySqlConnection connection) =>
        await connection.ExecuteScalarAsync<bool>("select @@global.local_infile") ? new BulkRowLoader() : new InsertRowLoader();

    /// <returns>The rows that were new.</returns>
    /// <exception cref="InvalidOperationException">The server left out, or changed, other rows than those that were there; roll back.</exception>
    public async Task<long> LoadAsync(MySqlConnection connection, MySqlTransaction transaction, LoadTable table, LoadStream lines, CancellationToken cancellationToken)
    {
        var (inserted, warnings) = await InsertAsync(connection, transaction, table, lines, cancellationToken);
        // warehouse.md §3.3: LOCAL implies IGNORE, which stores a bad value as another one and only warns; a duplicate warns once, too
        if (lines.Rows - inserted != warnings)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Of {lines.Rows} rows sent to '{table.Name}' the server took {inserted} and warned {warnings} times, so it did more than leave out duplicates; nothing was kept. Look whether the table's columns are as sql/schema/0010_clean.sql makes them."));
        }

        return inserted;
    }

    protected abstract Task<(long Inserted, long Warnings)> InsertAsync(MySqlConnection connection, MySqlTransaction transaction, LoadTable table, LoadStream lines, CancellationToken cancellationToken);

    protected static async Task<long> WarningsAsync(MySqlConnection connection, MySqlTransaction transaction) =>
        await connection.ExecuteScalarAsync<long>("select @@warning_count", transaction: transaction);
}

internal sealed record LoadTable(string Name, IReadOnlyList<string> Columns);
