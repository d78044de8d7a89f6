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

    private NamedLock(MySqlConnection connection) => _connection = connection;

    /// <summary>Null when somebody else still holds it after <paramref name="timeout"/>.</summary>
    public static Task<NamedLock?> TryTakeAsync(Warehouse warehouse, string name, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        TryTakeAllAsync(warehouse, [name], timeout, time, cancellationToken);

    /// <summary>Several locks on one connection, all or none; always in the same order, so that two who want the same ones never wait for each other.</summary>
    public static async Task<NamedLock?> TryTakeAllAsync(Warehouse warehouse, IEnumerable<string> names, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var connection = await warehouse.OpenAsync(cancellationToken);
        try
        {
            var started = time.GetTimestamp();
            var keys = names.Select(name => KeyOf(warehouse.DatabaseName, name)).Order(StringComparer.Ordinal).ToList();
            if (await TryTakeAtOnceAsync(connection, keys, cancellationToken))
            {
                return new NamedLock(connection);
            }

            foreach (var key in keys)
            {
                while (!await TryTakeOneAsync(connection, key, timeout, cancellationToken))
                {
                    if (time.GetElapsedTime(started) >= timeout)
                    {
                        await CloseAsync(connection);
                        return null;
                    }
                }
            }

            return new NamedLock(connection);
        }
        catch
        {
            await CloseAsync(connection);
            throw;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync(_connection);

    // mostly nobody holds any of them: then one packet does
    private static async Task<bool> TryTakeAtOnceAsync(MySqlConnection connection, List<string> keys, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters();
        for (var key = 0; key < keys.Count; key++)
        {
            parameters.Add($"k{key}", keys[key]);
        }

        var taken = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            $"select {string.Join(" + ", keys.Select((_, key) => $"get_lock(@k{key}, 0)"))}", parameters, cancellationToken: cancellationToken));
        if (taken == keys.Count)
        {
            return true;
        }

        // some, not all: held while waiting for the others, they could be what those who have these wait for
        await connection.ExecuteAsync(new CommandDefinition("do release_all_locks()", cancellationToken: cancellationToken));
        return false;
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
        catch (Exception exception) when (exception is MySqlException or InvalidOperationException)
        {
            // the connection is broken, and the lock went with it
        }

        await connection.DisposeAsync();
    }

    // GET_LOCK's names are the whole server's and have at most 64 characters
    private static string KeyOf(string database, string name) =>
        "ps:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database + "\0" + name)))[..60];
}
