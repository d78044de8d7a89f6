using System.Data;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>
/// A distributed lock, held from its construction until it is disposed. It excludes the locks that Hangfire takes on the same resource. Prefer
/// <see cref="MySqlStorageConnection.AcquireDistributedLock"/>: under its locks, what the connection writes fails when the lock is lost.
/// </summary>
#pragma warning disable CA1036 // no operators: the type is compared to be sorted, as Hangfire.MySqlStorage's is
public class MySqlDistributedLock : IDisposable, IComparable
#pragma warning restore CA1036
{
    /// <summary>Short enough to notice a cancelled wait, and the command time-out never cuts a wait off.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);

    private readonly IDisposable _handle;
    private readonly ExistingConnectionDatabase? _database;

    /// <summary>Takes a lock in the storage's database.</summary>
    /// <exception cref="MySqlDistributedLockException">Someone else held the lock for as long as the time-out.</exception>
    public MySqlDistributedLock(MySqlStorage storage, string resource, TimeSpan timeout, MySqlStorageOptions storageOptions)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        Resource = resource;
        var connection = new MySqlStorageConnection(storage, storageOptions);
        try
        {
            connection.AcquireDistributedLock(resource, timeout);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        _handle = connection;
    }

    /// <summary>Takes a lock on an open connection, which must stay open while the lock is held.</summary>
    /// <exception cref="MySqlDistributedLockException">Someone else held the lock for as long as the time-out.</exception>
    public MySqlDistributedLock(IDbConnection connection, string resource, TimeSpan timeout, MySqlStorageOptions storageOptions)
        : this(connection, resource, timeout, storageOptions, CancellationToken.None)
    {
    }

    /// <summary>Takes a lock on an open connection, which must stay open while the lock is held.</summary>
    /// <exception cref="MySqlDistributedLockException">Someone else held the lock for as long as the time-out.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    public MySqlDistributedLock(
        IDbConnection connection, string resource, TimeSpan timeout, MySqlStorageOptions storageOptions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(resource);
        ArgumentNullException.ThrowIfNull(storageOptions);
        var own = connection as MySqlConnection
            ?? throw new ArgumentException($"A {connection.GetType().Name} is no connection to MySQL; pass a MySqlConnection.", nameof(connection));
        Resource = resource;
        _database = new ExistingConnectionDatabase(own, storageOptions);
        var locks = new ExistingConnectionLocks(_database, new LockName(own.Database, storageOptions.TablesPrefix));
        _handle = Acquire(locks, resource, timeout, cancellationToken);
    }

    /// <summary>What is locked.</summary>
    public string Resource { get; }

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        _database?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Orders locks by their resources, so that all can be taken in one order.</summary>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        MySqlDistributedLock other => string.Compare(Resource, other.Resource, StringComparison.OrdinalIgnoreCase),
        _ => throw new ArgumentException($"A {obj.GetType().Name} cannot be compared with a distributed lock.", nameof(obj)),
    };

    private static IDisposable Acquire(ExistingConnectionLocks locks, string resource, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = timeout - TimeProvider.System.GetElapsedTime(started);
            try
            {
                return locks.Acquire(null, resource, left < Slice ? left : Slice);
            }
            catch (MySqlDistributedLockException) when (left > Slice)
            {
            }
        }
    }
}
