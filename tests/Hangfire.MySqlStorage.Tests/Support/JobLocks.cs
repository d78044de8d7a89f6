using Hangfire.States;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>The locks that Hangfire takes on jobs, and what it does under them.</summary>
internal static class JobLocks
{
    public static string LockOf(string jobId) => $"job:{jobId}:state-lock";

    public static JobStorageConnection Connection(JobStorage storage) => (JobStorageConnection)storage.GetConnection();

    public static void ChangeState(JobStorageConnection connection, string jobId, IState state)
    {
        using var transaction = connection.CreateWriteTransaction();
        transaction.SetJobState(jobId, state);
        transaction.Commit();
    }

    /// <summary>Keeps a job's row from being written by others, until disposed.</summary>
    public static MySqlConnection HoldRow(this TestStorage database, string jobId)
    {
        // not a pooled one: closing it ends the transaction
        var holder = new MySqlConnection($"{database.ConnectionString};Pooling=false");
        holder.Open();
        using var command = new MySqlCommand($"start transaction; select * from Job where Id = {jobId} for update", holder);
        command.ExecuteScalar();
        return holder;
    }

    /// <summary>The session that holds a lock; null where it is free.</summary>
    public static long? Owner(this TestStorage database, string resource) =>
        database.Scalar<long?>($"select is_used_lock('{database.Storage.LockName.Of(resource)}')");
}
