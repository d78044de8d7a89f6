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
    private readonly string _key;

    private NamedLock(MySqlConnection connection, string key)
    {
        _connection = connection;
        _key = key;
    }

    /// <summary>Null when somebody else still holds it after <paramref name="timeout"/>.</summary>
    public static async Task<NamedLock?> TryTakeAsync(Warehouse warehouse, string name, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var key = KeyOf(warehouse.DatabaseName, name);
        var connection = await warehouse.OpenAsync(cancellationToken);
        try
        {
            var started = time.GetTimestamp();
            do
            {
                // slices of a second: a cancelled waiter is gone soon, and no command time-out is reached
                var slice = timeout <= TimeSpan.Zero ? 0 : 1;
                var taken = await connection.ExecuteScalarAsync<long?>(new CommandDefinition("select get_lock(@key, @slice)", new { key, slice }, cancellationToken: cancellationToken));
                if (taken == 1)
                {
                    return new NamedLock(connection, key);
                }
            }
            while (time.GetElapsedTime(started) < timeout);
        }
        catch
        {
            await CloseAsync(connection, key);
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public ValueTask DisposeAsync() => CloseAsync(_connection, _key);

    private static async ValueTask CloseAsync(MySqlConnection connection, string key)
    {
        try
        {
            await connection.ExecuteAsync("do release_lock(@key)", new { key });
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
