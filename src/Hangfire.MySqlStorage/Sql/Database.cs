using System.Transactions;
using Hangfire.Logging;
using Hangfire.MySql.Schema;
using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>The storage's own pool of connections, and the rules for trying again.</summary>
internal class Database : IDisposable
{
    /// <summary>A deadlock's loser needs to step back once; five times means that something else is wrong.</summary>
    private const int Attempts = 6;

    /// <summary>Sessions without a sign of life for so long are closed by the server, and their locks freed: a host without power sends no FIN.</summary>
    public const int SessionWaitSeconds = 120;

    /// <summary>What a server holds besides its workers' locks: its process's lock, those of the schedulers and of the maintenance, and some to read with.</summary>
    private const int ConnectionsBesidesWorkers = 8;

    /// <summary>Without a command for so long, the server may have been restarted unseen.</summary>
    private static readonly TimeSpan IdleBeforePing = TimeSpan.FromSeconds(2);

    private readonly ILog _log = LogProvider.For<Database>();
    private readonly MySqlDataSource _source;
    private readonly MySqlDataSource _unpooled;
    private readonly string _sessionSettings;
    private readonly string _prefix;
    private Tables? _tables;
    private long _lastUse = TimeProvider.System.GetTimestamp();

    public Database(string connectionString, MySqlStorageOptions options)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString)
        {
            AutoEnlist = false,
            AllowUserVariables = true,
            UseAffectedRows = false,
            GuidFormat = MySqlGuidFormat.None,
            DateTimeKind = MySqlDateTimeKind.Utc,
            IgnoreCommandTransaction = true,
            ConnectionReset = false,
            ConnectionIdleTimeout = SessionWaitSeconds / 2,
            DefaultCommandTimeout = (uint)Math.Ceiling(options.TransactionTimeout.TotalSeconds),
            ApplicationName = "Hangfire",
        };
        if (settings.Keepalive == 0)
        {
            settings.Keepalive = 30;
        }

        Name = $"{settings.Server}:{settings.Port}/{settings.Database}";
        DatabaseName = settings.Database;
        MaximumPoolSize = settings.MaximumPoolSize;
        _prefix = options.TablesPrefix;
        // strict, whatever the server's default: a value cut short would be a job that can no longer be read
        _sessionSettings = $"""
            set session transaction isolation level {Sql(options.TransactionIsolationLevel)};
            set session wait_timeout = {SessionWaitSeconds}, sql_safe_updates = 0, sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'
            """;
        _source = new MySqlDataSourceBuilder(settings.ConnectionString).UseConnectionOpenedCallback(Prepare).Build();
        settings.Pooling = false;
        _unpooled = new MySqlDataSourceBuilder(settings.ConnectionString).UseConnectionOpenedCallback(Prepare).Build();
    }

    /// <summary>Server and database, without a secret.</summary>
    public string Name { get; }

    public string DatabaseName { get; }

    /// <summary>How many connections may be open at once; of no meaning where there is but one.</summary>
    protected uint MaximumPoolSize { get; }

    /// <summary>The tables as they are in the database, looked up once.</summary>
    public Tables Tables => _tables ??= Read(connection => SchemaInstaller.Inspect(connection, this, _prefix));

    /// <summary>What to tell the user where a server's workers may have to wait for connections; null where they need not.</summary>
    public virtual string? PoolWarning(int workers) => workers + ConnectionsBesidesWorkers <= MaximumPoolSize
        ? null
        : $"A server with {workers} workers may need {workers + ConnectionsBesidesWorkers} connections to {Name}, one for each job that holds a lock, but the pool has at most "
            + $"{MaximumPoolSize}: set 'Maximum Pool Size={workers + ConnectionsBesidesWorkers}' in the connection string, or have fewer workers.";

    public virtual MySqlConnection Open()
    {
        var connection = _source.OpenConnection();
        var idle = TimeProvider.System.GetElapsedTime(Interlocked.Exchange(ref _lastUse, TimeProvider.System.GetTimestamp()));
        if (idle < IdleBeforePing || connection.Ping())
        {
            return connection;
        }

        Discard(connection);
        return _source.OpenConnection();
    }

    /// <summary>A session that ends, with all its locks, when it is closed.</summary>
    public MySqlConnection OpenUnpooled() => _unpooled.OpenConnection();

    /// <summary>Runs something that may run twice: a read, or a statement that sets what is to be.</summary>
    public virtual T Read<T>(Func<MySqlConnection, T> query)
    {
        var connection = Open();
        try
        {
            return query(connection);
        }
        catch (Exception error) when (ServerErrors.IsConnectionLost(connection, error))
        {
            _log.DebugException("A pooled connection had been closed by the server; trying once more on a new one.", error);
            Discard(connection);
            // not from the pool, where there may be more like it
            using var fresh = OpenUnpooled();
            return query(fresh);
        }
        finally
        {
            connection.Dispose();
        }
    }

    /// <summary>Runs a write: again after a deadlock, never after a lost connection, because it may have been done.</summary>
    public virtual T Write<T>(Func<MySqlConnection, T> write)
    {
        using var connection = Open();
        try
        {
            return Write(connection, write);
        }
        catch (Exception error) when (ServerErrors.IsConnectionLost(connection, error))
        {
            Discard(connection);
            throw;
        }
    }

    /// <summary>Runs a transaction on a given connection; whatever goes wrong, none is left open.</summary>
    public static T Write<T>(MySqlConnection connection, Func<MySqlConnection, T> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return write(connection);
            }
            catch (Exception error)
            {
                // not in a filter: that runs before the failed statement's reader is closed, when the connection can send nothing
                Rollback(connection);
                if (attempt == Attempts || error is not MySqlException failure || !ServerErrors.IsRetryable(failure))
                {
                    throw;
                }

                Thread.Sleep(Random.Shared.Next(2, 10 * attempt));
            }
        }
    }

    /// <summary>Drops a connection that does not work, and the pooled ones that were opened before: they are likely as dead.</summary>
    public static void Discard(MySqlConnection connection)
    {
        MySqlConnection.ClearPool(connection);
        connection.Dispose();
    }

    public void Dispose()
    {
        _source.Dispose();
        _unpooled.Dispose();
    }

    public static void Rollback(MySqlConnection connection)
    {
        try
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                connection.Execute($"rollback");
            }
        }
        catch (Exception error) when (error is MySqlException or InvalidOperationException)
        {
            // the session is gone, and its transaction with it
        }
    }

    private ValueTask Prepare(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        if (context.Conditions.HasFlag(MySqlConnectionOpenedConditions.New))
        {
            using var command = new MySqlCommand(_sessionSettings, context.Connection);
            command.ExecuteNonQuery();
        }

        return ValueTask.CompletedTask;
    }

    private static string Sql(IsolationLevel? level) => level switch
    {
        null or IsolationLevel.ReadCommitted => "read committed",
        IsolationLevel.ReadUncommitted => "read uncommitted",
        IsolationLevel.RepeatableRead => "repeatable read",
        IsolationLevel.Serializable => "serializable",
        _ => throw new ArgumentException($"TransactionIsolationLevel is {level}, which MySQL does not know; use ReadCommitted."),
    };
}
