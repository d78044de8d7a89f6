using System.Data;
using Hangfire.MySql.Locking;
using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>
/// One connection that belongs to the user: everything runs on it, one after the other, and within the transaction that the user may have begun
/// on it. It is opened where it is closed, and never closed here.
/// </summary>
internal sealed class ExistingConnectionDatabase(MySqlConnection connection, MySqlStorageOptions options) : Database(Settings(connection), options)
{
    /// <summary>ER_SP_DOES_NOT_EXIST: without a transaction, a savepoint is gone as soon as it is set.</summary>
    private const int NoSuchSavepoint = 1305;

    /// <summary>Held by whoever uses the connection.</summary>
    public object Gate { get; } = new();

    /// <summary>The locks on this connection, once the storage has set them.</summary>
    public ExistingConnectionLocks? Locks { get; set; }

    public override string? PoolWarning(int workers) => null;

    public override MySqlConnection Open() => throw new InvalidOperationException(
        "The storage was given an existing connection and opens no other; give it a connection string to use what needs several.");

    public override T Read<T>(Func<MySqlConnection, T> query)
    {
        lock (Gate)
        {
            return Explained(() => query(Opened()));
        }
    }

    public override T Write<T>(Func<MySqlConnection, T> write)
    {
        lock (Gate)
        {
            Opened();
            Locks?.EnsureHeld(connection);
            var nested = Explained(IsInTransaction);
            using var translated = PacketDialect.Use(nested ? PacketDialect.InTransaction : PacketDialect.InSessionOfUser);
            using var unsafeUpdates = SafeUpdates.Off(connection);
            return nested ? WriteNested(write) : Write(connection, write);
        }
    }

    private T WriteNested<T>(Func<MySqlConnection, T> write)
    {
        try
        {
            return write(connection);
        }
        catch
        {
            // never again, as in a transaction of our own: a deadlock has undone the user's whole transaction
            UndoNested();
            throw;
        }
    }

    private void UndoNested()
    {
        try
        {
            connection.Execute($"rollback to savepoint hangfire");
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            // one statement without a savepoint has undone itself; a deadlock or a lost connection has undone all
        }
    }

    private MySqlConnection Opened()
    {
        if (connection.State == ConnectionState.Closed)
        {
            connection.Open();
        }

        return connection;
    }

    private bool IsInTransaction()
    {
        try
        {
            // MySQL has no variable that would tell
            connection.Execute($"savepoint hangfire_probe; release savepoint hangfire_probe");
            return true;
        }
        catch (MySqlException error) when (error.Number == NoSuchSavepoint)
        {
            return false;
        }
    }

    private static T Explained<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (InvalidOperationException error) when (error.Message.Contains("mysqlconnector.net/trans", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                "The existing connection has a MySqlTransaction of its own. Add 'IgnoreCommandTransaction=true' to its connection string, and what the storage writes becomes a part of it.", error);
        }
    }

    private static string Settings(MySqlConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection, "existingConnection");
        return new MySqlConnectionStringBuilder(connection.ConnectionString) { Database = connection.Database }.ConnectionString;
    }
}
