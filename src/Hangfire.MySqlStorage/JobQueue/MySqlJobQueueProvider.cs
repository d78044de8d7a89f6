using System.Data;
using Hangfire.MySql.Sql;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql.JobQueue;

/// <summary>The queues in the storage's own table. The storage itself does not come this way: it claims, writes and counts in packets.</summary>
internal sealed class MySqlJobQueueProvider(MySqlStorage storage) : IPersistentJobQueueProvider, IPersistentJobQueue, IPersistentJobQueueMonitoringApi
{
    public IPersistentJobQueue GetJobQueue() => this;

    public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi() => this;

    public IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queues);
        if (queues.Length == 0)
        {
            throw new ArgumentException("There is no queue to fetch from; name at least one.", nameof(queues));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return storage.Fetcher(queues).Fetch(cancellationToken);
    }

    public void Enqueue(IDbConnection connection, string queue, string jobId)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(queue);
        var own = connection as MySqlConnection
            ?? throw new ArgumentException($"A {connection.GetType().Name} is no connection to MySQL; pass a MySqlConnection.", nameof(connection));
        own.Execute($"insert into {storage.Database.Tables.JobQueue} (JobId, Queue) values ({MySqlStorageTransaction.JobId(jobId)}, {queue})");
    }

    public IEnumerable<string> GetQueues() => storage.Database.Read(connection =>
        connection.Query($"select distinct Queue from {storage.Database.Tables.JobQueue} order by Queue", row => row.GetString(0)));

    public IEnumerable<int> GetEnqueuedJobIds(string queue, int from, int perPage) =>
        Ids(storage.GetMonitoringApi().EnqueuedJobs(queue, from, perPage).Select(job => job.Key));

    public IEnumerable<int> GetFetchedJobIds(string queue, int from, int perPage) =>
        Ids(storage.GetMonitoringApi().FetchedJobs(queue, from, perPage).Select(job => job.Key));

    public EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue)
    {
        var monitor = storage.GetMonitoringApi();
        return new() { EnqueuedCount = checked((int)monitor.EnqueuedCount(queue)), FetchedCount = checked((int)monitor.FetchedCount(queue)) };
    }

    /// <summary>Here an id has 64 bits; where one does not fit into the interface, it fails rather than to name another job.</summary>
    private static List<int> Ids(IEnumerable<string> ids) => ids.Select(id => checked((int)MySqlStorageTransaction.JobId(id))).ToList();
}
