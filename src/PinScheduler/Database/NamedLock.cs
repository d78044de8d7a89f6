using System.Security.Cryptography;
using System.Text;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Database;

/// <summary>
/// A lock that the database holds for one connection (GET_LOCK) and that ends with it, however its holder ends. It keeps others from
/// doing the same work; that nothing is committed twice is for <see cref="Fence"/> and unique keys to see to.
/// </summary>
public sealed class NamedLock : IAsyncDisposable
{
    private readonly MySqlConnection _connection;

    private NamedLock(MySqlConnection connection, IReadOnlyCollection<string> names) => (_connection, Names) = (connection, names);

    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Null when somebody else still holds it after <paramref name="timeout"/>.</summary>
    public static Task<NamedLock?> TryTakeAsync(Warehouse warehouse, string name, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        TryTakeAllAsync(warehouse, [name], timeout, time, cancellationToken);

    /// <summary>Several locks on one connection, all or none; always in the same order, so that two who want the same ones never wait for each other.</summary>
    public static Task<NamedLock?> TryTakeAllAsync(Warehouse warehouse, IReadOnlyCollection<string> names, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        HoldAsync(warehouse, names, async (connection, keys) =>
        {
            var started = time.GetTimestamp();
            foreach (var key in keys.Keys)
            {
                while (!await TryTakeOneAsync(connection, key, timeout, cancellationToken))
                {
                    if (time.GetElapsedTime(started) >= timeout)
                    {
                        return [];
                    }
                }
            }

            return keys.Values;
        }, cancellationToken);

    /// <summary>Those of the locks that are free, on one connection; where none is, waits for one. Who holds some does not wait for more.</summary>
    /// <returns>Null when others still hold all of them after <paramref name="timeout"/>.</returns>
    public static Task<NamedLock?> TryTakeAnyAsync(Warehouse warehouse, IReadOnlyCollection<string> names, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        HoldAsync(warehouse, names, async (connection, keys) =>
        {
            var started = time.GetTimestamp();
            for (var patience = TimeSpan.Zero; ; patience = timeout)
            {
                // from the second round on, the first lock is waited for; it is given twice then, which does no harm
                var taken = patience == TimeSpan.Zero || await TryTakeOneAsync(connection, keys.Keys[0], patience, cancellationToken) ? await TakeFreeAsync(connection, keys, cancellationToken) : [];
                if (taken.Count > 0 || time.GetElapsedTime(started) >= timeout)
                {
                    return taken;
                }
            }
        }, cancellationToken);

    public ValueTask DisposeAsync() => CloseAsync(_connection);

    // takes nothing: no lock
    private static async Task<NamedLock?> HoldAsync(
        Warehouse warehouse, IEnumerable<string> names, Func<MySqlConnection, SortedList<string, string>, Task<IEnumerable<string>>> takeAsync, CancellationToken cancellationToken)
    {
        var keys = new SortedList<string, string>(names.ToDictionary(name => KeyOf(warehouse.DatabaseName, name), StringComparer.Ordinal), StringComparer.Ordinal);
        var connection = await warehouse.OpenAsync(cancellationToken);
        try
        {
            if (await takeAsync(connection, keys) is var taken && taken.Any())
            {
                return new NamedLock(connection, [.. taken]);
            }

            await CloseAsync(connection);
            return null;
        }
        catch
        {
            await CloseAsync(connection);
            throw;
        }
    }

    // however many there are, one packet
    private static async Task<List<string>> TakeFreeAsync(MySqlConnection connection, SortedList<string, string> keys, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters();
        foreach (var (index, key) in keys.Keys.Index())
        {
            parameters.Add($"k{index}", key);
        }

        var sql = string.Join(" union all ", keys.Keys.Select((_, index) => $"select {index} as place, get_lock(@k{index}, 0) as taken"));
        return (await connection.QueryAsync<(int Place, long? Taken)>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)))
            .Where(row => row.Taken == 1)
            .Select(row => keys.Values[row.Place])
            .ToList();
    }

    private static async Task<bool> TryTakeOneAsync(MySqlConnection connection, string key, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // slices of a second: a cancelled waiter is gone soon, and no command time-out is reached
        var slice = timeout <= TimeSpan.Zero ? 0 : 1;
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition("select get_lock(@key, @slice)", new { key, slice }, cancellationToken: cancellationToken)) == 1;
    }

    private static async ValueTask CloseAsync(MySqlConnection connection)
    {
        try
        {
            await connection.ExecuteAsync("do release_all_locks()");
        }
        catch (Exception exception) when (Warehouse.IsDatabaseError(exception))
        {
            // the connection is broken, and the lock went with it
        }

        await connection.DisposeAsync();
    }

    // GET_LOCK's names are the whole server's and have at most 64 characters
    private static string KeyOf(string database, string name) =>
        "ps:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database + "\0" + name)))[..60];
}
