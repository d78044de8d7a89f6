using Hangfire.MySql.Schema;
using Hangfire.MySql.Sharing;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Locking;

/// <summary>Asks the server for a lock, in a session that may wait for it, and reads the job that it guards.</summary>
internal sealed class LockAttempt(MySqlStorage storage)
{
    /// <summary>A wait longer than the command timeout would be cut off, and a short one can be given up.</summary>
    private const int SliceSeconds = 5;

    /// <summary>Waits for a part of the time at most; false says nothing but that it may be asked again.</summary>
    public bool TryTake(MySqlConnection connection, SharedLock wanted, TimeSpan wait)
    {
        var seconds = Math.Min(wait.TotalSeconds, SliceSeconds);
        // MySQL rounds to whole seconds: below one it is asked every few milliseconds
        var granular = ServerVersion.IsMariaDb(connection) || seconds >= 1;
        try
        {
            if (Ask(connection, wanted, granular ? seconds : 0))
            {
                return true;
            }
        }
        catch (MySqlException error) when (ServerErrors.IsUserLockDeadlock(error))
        {
            // another session waits for a lock of ours: step back, it may get through meanwhile
            granular = false;
        }

        if (!granular && wait > TimeSpan.Zero)
        {
            Thread.Sleep(Random.Shared.Next(5, 25));
        }

        return false;
    }

    /// <summary>The job is read in the same packet, and after the wait.</summary>
    private bool Ask(MySqlConnection connection, SharedLock wanted, double seconds)
    {
        var sql = new SqlBatch().Add($"select get_lock({wanted.Name}, {seconds})");
        if (wanted.JobId is { } id)
        {
            StoredJob.SelectAll(sql, storage.Database.Tables, [id]);
        }

        return connection.Read(sql, reader =>
        {
            reader.Read();
            if (reader.IsDBNull(0))
            {
                throw new InvalidOperationException(
                    $"The server could not give the lock '{wanted.Resource}': GET_LOCK answered NULL, so the wait was killed or the server is out of memory. Try again.");
            }

            var got = reader.GetInt64(0) == 1;
            if (got && wanted.JobId is { } jobId)
            {
                reader.NextResult();
                wanted.Read(StoredJob.ReadAll(reader).GetValueOrDefault(jobId));
            }

            return got;
        });
    }
}
