using Hangfire.Common;
using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>Cases on one subject. Each public method is a case, run on an empty storage.</summary>
public abstract class StorageCases(StorageUnderTest subject)
{
    protected const string Key = "key";
    protected const string Queue = "queue";

    /// <summary>An id that parses and that no job has.</summary>
    protected const string NoJob = "4611686018427387904";

    protected static DateTime CreatedAt { get; } = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    protected JobStorage Storage => subject.Storage;

    protected IMonitoringApi Monitor => Storage.GetMonitoringApi();

    protected JobStorageMonitor FullMonitor => (JobStorageMonitor)Monitor;

    protected JobStorageConnection Connect() => (JobStorageConnection)Storage.GetConnection();

    protected T Read<T>(Func<JobStorageConnection, T> read)
    {
        using var connection = Connect();
        return read(connection);
    }

    protected void Do(Action<JobStorageConnection> action)
    {
        using var connection = Connect();
        action(connection);
    }

    protected void Commit(Action<JobStorageTransaction> write)
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        write(transaction);
        transaction.Commit();
    }

    protected string CreateJob(Job? job = null, Dictionary<string, string>? parameters = null, TimeSpan? expireIn = null) =>
        Read(connection => connection.CreateExpiredJob(job ?? TestJobs.Nothing(), parameters ?? [], CreatedAt, expireIn ?? TimeSpan.FromHours(1)));

    protected string[] CreateJobs(int count) => [.. Enumerable.Range(0, count).Select(_ => CreateJob())];

    protected string CreateJobIn(IState state)
    {
        var id = CreateJob();
        Commit(transaction => transaction.SetJobState(id, state));
        return id;
    }

    protected string Enqueue(string queue = Queue)
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobState(id, new EnqueuedState { Queue = queue });
            transaction.AddToQueue(queue, id);
        });
        return id;
    }

    protected IFetchedJob Fetch(JobStorageConnection connection, params string[] queues)
    {
        using var deadline = new CancellationTokenSource(subject.Patience);
        return connection.FetchNextJob(queues.Length == 0 ? [Queue] : queues, deadline.Token);
    }

    /// <summary>Fetches a job and takes it from its queue.</summary>
    protected string FetchAndRemove(params string[] queues)
    {
        using var connection = Connect();
        using var fetched = Fetch(connection, queues);
        fetched.RemoveFromQueue();
        return fetched.JobId;
    }

    protected static KeyValuePair<string, string>[] Pairs(params string[] namesAndValues) =>
        [.. namesAndValues.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1]))];
}
