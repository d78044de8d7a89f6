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
            foreach (var (key, _) in keys)
            {
                while (!await TryTakeOneAsync(connection, key, timeout, cancellationToken))
                {
                    if (time.GetElapsedTime(started) >= timeout)
                    {
                        return [];
                    }
                }
            }

            return keys.Select(one => one.Name);
        }, cancellationToken);

    /// <summary>Those of the locks that are free, <paramref name="most"/> at most, on one connection; where none is, waits for one. Who holds some does not wait for more.</summary>
    /// <returns>Null when others still hold all of them after <paramref name="timeout"/>.</returns>
    public static Task<NamedLock?> TryTakeAnyAsync(Warehouse warehouse, IReadOnlyCollection<string> names, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken, int most = int.MaxValue) =>
        HoldAsync(warehouse, names, async (connection, keys) =>
        {
            var started = time.GetTimestamp();
            for (var patience = TimeSpan.Zero; ; patience = timeout)
            {
                // from the second round on, the first lock is waited for; it is given twice then, which does no harm
                var taken = patience == TimeSpan.Zero || await TryTakeOneAsync(connection, keys[0].Key, patience, cancellationToken) ? await TakeFreeAsync(connection, keys, most, cancellationToken) : [];
                if (taken.Count > 0 || time.GetElapsedTime(started) >= timeout)
                {
                    return taken;
                }
            }
        }, cancellationToken);

    public ValueTask DisposeAsync() => CloseAsync(_connection);

    // takes nothing: no lock
    private static async Task<NamedLock?> HoldAsync(
        Warehouse warehouse, IEnumerable<string> names, Func<MySqlConnection, List<(string Key, string Name)>, Task<IEnumerable<string>>> takeAsync, CancellationToken cancellationToken)
    {
        var keys = names.Select(name => (Key: KeyOf(warehouse.DatabaseName, name), name)).OrderBy(one => one.Key, StringComparer.Ordinal).ToList();
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

    // one packet for as many as may be taken, and the next where none of them was free
    private static async Task<List<string>> TakeFreeAsync(MySqlConnection connection, List<(string Key, string Name)> keys, int most, CancellationToken cancellationToken)
    {
        foreach (var some in keys.Chunk(most))
        {
            var parameters = new DynamicParameters();
            foreach (var (index, (key, _)) in some.Index())
            {
                parameters.Add($"k{index}", key);
            }

            var sql = string.Join(" union all ", some.Select((_, index) => $"select {index} as place, get_lock(@k{index}, 0) as taken"));
            var taken = (await connection.QueryAsync<(int Place, long? Taken)>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)))
                .Where(row => row.Taken == 1)
                .Select(row => some[row.Place].Name)
                .ToList();
            if (taken.Count > 0)
            {
                return taken;
            }
        }

        return [];
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

    /// <summary>The name as the server knows it: GET_LOCK's names are the whole server's and have at most 64 characters.</summary>
    public static string KeyOf(string database, string name) =>
        "ps:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database + "\0" + name)))[..60];
}
