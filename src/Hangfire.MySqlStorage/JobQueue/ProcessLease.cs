using System.Data;
using System.Security.Cryptography;
using Hangfire.Logging;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// A lock that this process holds for as long as it lives. Its id begins every fetch token, so that whoever finds the lock free knows that the
/// process is gone, and that what it had fetched may be fetched again.
/// </summary>
internal sealed class ProcessLease(MySqlStorage storage) : IDisposable
{
    private static readonly ILog Log = LogProvider.For<ProcessLease>();

    private readonly object _gate = new();
    private MySqlConnection? _connection;
    private long _claims;
    private bool _disposed;

    public string ProcessId { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(10)).ToLowerInvariant();

    /// <summary>A token of at most 36 characters: the column of Hangfire.MySqlStorage has that width.</summary>
    public string NextToken() => $"{ProcessId}{(HasLock ? ':' : '-')}{Interlocked.Increment(ref _claims):x}";

    /// <summary>On a connection of the user's there is no lock, whose token would say so: only the time-out frees what a dead process had fetched.</summary>
    private bool HasLock => storage.ExistingConnectionLocks is null;

    public static string Resource(string processId) => $"server:{processId}";

    /// <summary>Takes the lock where it is not held, and sees whether it still is.</summary>
    public void EnsureHeld(bool verify)
    {
        lock (_gate)
        {
            if (!HasLock || _disposed || (_connection is not null && (!verify || (_connection.State == ConnectionState.Open && _connection.Ping()))))
            {
                return;
            }

            if (_connection is not null)
            {
                Log.Warn("The connection that shows that this process lives was lost; taking its lock anew.");
                Drop();
            }

            var connection = storage.Database.Open();
            // held still by our former session, where only we know that it is dead: good enough, and tried again at the next beat
            var got = connection.Query($"select get_lock({storage.LockName.Of(Resource(ProcessId))}, 0)", row => !row.IsDBNull(0) && row.GetInt64(0) == 1)[0];
            if (got)
            {
                _connection = connection;
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            try
            {
                _connection?.Execute($"do release_lock({storage.LockName.Of(Resource(ProcessId))})");
            }
            catch (Exception error) when (error is MySqlException or InvalidOperationException)
            {
                Log.DebugException("The lock of this process went with its connection.", error);
            }

            Drop();
        }
    }

    private void Drop()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            connection.Dispose();
        }
    }
}
