using System.Data;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Database;

/// <summary>The database of ConnectionStrings:MySql: warehouse, run history and, by default, source tables and Hangfire's.</summary>
public sealed class Warehouse : IAsyncDisposable
{
    private readonly MySqlDataSource _source;

    public Warehouse(string connectionString)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString)
        {
            AllowLoadLocalInfile = true,
            AutoEnlist = false,
            DateTimeKind = MySqlDateTimeKind.Utc,
            GuidFormat = MySqlGuidFormat.None,
            UseAffectedRows = false,
            CharacterSet = "utf8mb4",
            ApplicationName = "PinScheduler",
        };
        DatabaseName = settings.Database;
        var builder = new MySqlDataSourceBuilder(settings.ConnectionString);
        builder.UseConnectionOpenedCallback(PrepareSessionAsync);
        _source = builder.Build();
    }

    public string DatabaseName { get; }

    /// <summary>A pooled connection: READ COMMITTED, strict SQL mode, UTC.</summary>
    public async Task<MySqlConnection> OpenAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    /// <summary>Runs a short transaction; all of it again on a deadlock or lock time-out (1213, 1205), five times at most.</summary>
    public async Task<T> TransactAsync<T>(Func<MySqlConnection, MySqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await OpenAsync(cancellationToken);
                // without a level MySqlConnector sets REPEATABLE READ, for the session too: rows read after a lock was waited for would be those of before
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
                var result = await work(connection, transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (MySqlException exception) when (attempt < 5 && IsLockConflict(exception))
            {
                await Task.Delay(Random.Shared.Next(5, 50 * attempt), cancellationToken);
            }
        }
    }

    public Task TransactAsync(Func<MySqlConnection, MySqlTransaction, Task> work, CancellationToken cancellationToken) =>
        TransactAsync(async (connection, transaction) =>
        {
            await work(connection, transaction);
            return 0;
        }, cancellationToken);

    /// <summary>DDL, statement by statement, by the attempt of this fence.</summary>
    /// <remarks>It commits by itself; the fence's row, held over it on a connection of its own, keeps newer attempts out until it is done.</remarks>
    public Task ChangeAsync(Fence fence, IReadOnlyList<string> statements, CancellationToken cancellationToken) =>
        TransactAsync(async (guard, transaction) =>
        {
            await fence.CheckAsync(guard, transaction);
            await using var connection = await OpenAsync(cancellationToken);
            foreach (var statement in statements)
            {
                await connection.ExecuteAsync(new CommandDefinition(statement, commandTimeout: 0, cancellationToken: cancellationToken));
            }
        }, cancellationToken);

    /// <summary>True where doing the whole transaction again is right: the server has undone it, or the statement, for another's sake.</summary>
    public static bool IsLockConflict(MySqlException exception) =>
        exception.ErrorCode is MySqlErrorCode.LockDeadlock or MySqlErrorCode.LockWaitTimeout;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static async ValueTask PrepareSessionAsync(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        // MySQL and MariaDB differ in their defaults, and a user's server in its own: the same on all
        await using var set = new MySqlCommand(
            """
            set session transaction isolation level read committed;
            set session sql_mode = 'STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00';
            """,
            context.Connection);
        await set.ExecuteNonQueryAsync(cancellationToken);
    }
}
