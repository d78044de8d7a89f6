using System.Data;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Database;

/// <summary>The database of ConnectionStrings:MySql: warehouse, run history and, by default, source tables and Hangfire's.</summary>
public sealed class Warehouse : IAsyncDisposable
{
    private readonly MySqlDataSource _source;
    private readonly MySqlDataSource _plain;

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
        _source = Build(settings);
        _plain = Build(new MySqlConnectionStringBuilder(settings.ConnectionString) { ConnectionReset = false });
    }

    public string DatabaseName { get; }

    /// <summary>A pooled connection: READ COMMITTED, strict SQL mode, UTC.</summary>
    public async Task<MySqlConnection> OpenAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    /// <summary>Runs a short transaction; all of it again on a deadlock or lock time-out (1213, 1205), five times at most.</summary>
    public Task<T> TransactAsync<T>(Func<MySqlConnection, MySqlTransaction, Task<T>> work, CancellationToken cancellationToken) => TransactAsync(_source, work, cancellationToken);

    /// <summary>
    /// The same for who leaves nothing behind in the session, no variable, temporary table or lock: it is not made as new between its users,
    /// which saves two round trips each time.
    /// </summary>
    public Task<T> TransactPlainAsync<T>(Func<MySqlConnection, MySqlTransaction, Task<T>> work, CancellationToken cancellationToken) => TransactAsync(_plain, work, cancellationToken);

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

    /// <summary>True where the server has refused something or is away: a connection that breaks in an answer ends with an IOException, a used one that broke with the driver's InvalidOperationException.</summary>
    public static bool IsDatabaseError(Exception exception) => exception is MySqlException or IOException or InvalidOperationException { Source: "MySqlConnector" };

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _plain.DisposeAsync();
    }

    private static async Task<T> TransactAsync<T>(MySqlDataSource source, Func<MySqlConnection, MySqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (opened, begun) = await BeginAsync(source, cancellationToken);
                await using var connection = opened;
                await using var transaction = begun;
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

    private static async Task<(MySqlConnection Connection, MySqlTransaction Transaction)> BeginAsync(MySqlDataSource source, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var connection = await source.OpenConnectionAsync(cancellationToken);
            try
            {
                // without a level MySqlConnector sets REPEATABLE READ, for the session too: rows read after a lock was waited for would be those of before
                return (connection, await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken));
            }
            catch (Exception exception) when (isFirst && exception is not OperationCanceledException && connection.State != ConnectionState.Open)
            {
                // a session that is not made as new is not tried out either: when the server has restarted, all of the pool's are gone
                await MySqlConnection.ClearPoolAsync(connection, cancellationToken);
                await connection.DisposeAsync();
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
    }

    private static MySqlDataSource Build(MySqlConnectionStringBuilder settings)
    {
        var builder = new MySqlDataSourceBuilder(settings.ConnectionString);
        builder.UseConnectionOpenedCallback(PrepareSessionAsync);
        return builder.Build();
    }

    private static async ValueTask PrepareSessionAsync(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        if (context.Conditions == MySqlConnectionOpenedConditions.None)
        {
            return;
        }

        // MySQL and MariaDB differ in their defaults, and a user's server in its own: the same on all. MySQL 8 alone gives sizes of tables that may
        // be a day old; MariaDB does not read comments of such versions
        await using var set = new MySqlCommand(
            """
            set session transaction isolation level read committed;
            set session sql_mode = 'STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00' /*!80000 , information_schema_stats_expiry = 0 */;
            """,
            context.Connection);
        await set.ExecuteNonQueryAsync(cancellationToken);
    }
}
