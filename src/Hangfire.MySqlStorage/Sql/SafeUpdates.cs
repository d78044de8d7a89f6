using System.Data;
using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>
/// Under sql_safe_updates the server refuses to change rows that it finds by a join, as a claim does. It is switched off while the storage
/// writes in a session that is not its own, and on again.
/// </summary>
internal sealed class SafeUpdates : IDisposable
{
    private readonly MySqlConnection _connection;

    private SafeUpdates(MySqlConnection connection) => _connection = connection;

    public static IDisposable? Off(MySqlConnection connection)
    {
        if (!connection.Query($"select @@session.sql_safe_updates", row => row.GetBoolean(0))[0])
        {
            return null;
        }

        connection.Execute($"set session sql_safe_updates = 0");
        return new SafeUpdates(connection);
    }

    public void Dispose()
    {
        try
        {
            if (_connection.State == ConnectionState.Open)
            {
                _connection.Execute($"set session sql_safe_updates = 1");
            }
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            // the session is gone, and its settings with it
        }
    }
}
