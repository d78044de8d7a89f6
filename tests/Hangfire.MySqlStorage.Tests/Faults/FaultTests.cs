using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>
/// The faults of the MySQL storages before this one, by their numbers in its design: a test for each, that fails against the design that had it.
/// Those that look at the whole server stand in <see cref="ServerWideFaultTests"/>.
/// </summary>
public sealed partial class FaultTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(FaultTests));
    private readonly string _test = Guid.NewGuid().ToString();

    private BackgroundJobClient Client => new(_database.Storage);

    public void Dispose() => _database.Dispose();

    private static IFetchedJob Fetch(IStorageConnection connection, params string[] queues)
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        return connection.FetchNextJob(queues.Length == 0 ? ["default"] : queues, deadline.Token);
    }

    private static void Commit(JobStorageConnection connection, Action<JobStorageTransaction> write)
    {
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        write(transaction);
        transaction.Commit();
    }

    private JobStorageConnection Connect() => (JobStorageConnection)_database.Storage.GetConnection();

    /// <summary>A storage on the same tables, by a connection string that has been changed.</summary>
    private MySql.MySqlStorage With(Action<MySqlConnectionStringBuilder> change, Action<MySqlStorageOptions>? configure = null)
    {
        var settings = new MySqlConnectionStringBuilder(_database.ConnectionString);
        change(settings);
        var options = new MySqlStorageOptions();
        configure?.Invoke(options);
        return new MySql.MySqlStorage(settings.ConnectionString, options);
    }

    /// <summary>All that a job's life needs of a storage, from its creation to its removal.</summary>
    internal static void LiveThrough(MySql.MySqlStorage storage)
    {
        using var connection = (JobStorageConnection)storage.GetConnection();
        var id = new BackgroundJobClient(storage).Enqueue(() => Jobs.Nothing());
        using (connection.AcquireDistributedLock("life", TimeSpan.FromSeconds(1)))
        using (var fetched = Fetch(connection))
        {
            Assert.Equal(id, fetched.JobId);
            Commit(connection, transaction =>
            {
                transaction.SetJobState(id, new States.SucceededState(null, 1, 1));
                transaction.AddToSet("set", $"{Guid.NewGuid()}");
                transaction.InsertToList("list", $"{Guid.NewGuid()}");
                transaction.TrimList("list", 0, 10);
                transaction.SetRangeInHash("hash", [KeyValuePair.Create("field", $"{Guid.NewGuid()}")]);
                transaction.IncrementCounter("stats:succeeded", TimeSpan.FromMinutes(-1));
                transaction.ExpireJob(id, TimeSpan.FromMinutes(-1));
                transaction.RemoveFromQueue(fetched);
            });
        }

        Assert.Equal(36, connection.GetAllItemsFromSet("set").Single().Length);
        Assert.Equal(36, connection.GetAllItemsFromList("list").Single().Length);
        Assert.Equal(36, connection.GetValueFromHash("hash", "field").Length);
        var monitor = storage.GetMonitoringApi();
        Assert.Equal((1, id), (monitor.SucceededListCount(), monitor.SucceededJobs(0, 10).Single().Key));
        Assert.Equal(1, monitor.GetStatistics().Succeeded);
        new MySql.Maintenance.CountersAggregator(storage).RunOnce(CancellationToken.None);
        Assert.Equal(2, new MySql.Maintenance.ExpirationManager(storage).RunOnce(CancellationToken.None));
        Assert.Null(connection.GetJobData(id));
    }
}
