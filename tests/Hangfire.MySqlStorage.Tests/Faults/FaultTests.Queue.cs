using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Faults;

public sealed partial class FaultTests
{
    [Fact]
    public void Fault01_Dequeue_StepsAroundRowsThatOthersLock()
    {
        var (first, second) = (Client.Enqueue(() => Jobs.Nothing()), Client.Enqueue(() => Jobs.Nothing()));
        using var session = new MySqlConnection(_database.ConnectionString);
        session.Open();
        using (var transaction = session.BeginTransaction(System.Data.IsolationLevel.ReadCommitted))
        {
            using var hold = new MySqlCommand($"select 1 from JobQueue force index (IX_JobQueue_QueueAndFetchedAt) where Queue = 'default' and JobId = {first} limit 1 for update", session, transaction);
            hold.ExecuteScalar();
            using var connection = Connect();
            using var fetched = Fetch(connection);
            Assert.Equal(second, fetched.JobId);
            fetched.RemoveFromQueue();
        }

        using var later = Connect();
        using var left = Fetch(later);
        Assert.Equal(first, left.JobId);
    }

    [Fact]
    public void Fault01_Dequeue_FindsItsRowsByIndexInOrder()
    {
        new ManyJobs(_database).Add("Enqueued", 2000, "default");
        _database.Execute("analyze table JobQueue");
        // a sort would lock every candidate; the whole table, every row
        var plan = _database.Scalar<string>("explain format=json select Id, JobId from JobQueue where Queue = 'default' and FetchedAt is null order by Id limit 5 for update skip locked");
        Assert.Contains("IX_JobQueue_QueueAndFetchedAt", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("filesort", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("\"access_type\": \"ALL\"", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Fault06_Workers_HoldNoConnections_WhileTheyWorkOrWait()
    {
        // fewer connections than half the workers: a connection for each fetched job, lock or poll would end them
        using var storage = With(settings =>
        {
            settings.MaximumPoolSize = 5;
            settings.ConnectionTimeout = 10;
        });
        var client = new BackgroundJobClient(storage);
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 12 }, storage);
        for (var i = 0; i < 11; i++)
        {
            client.Enqueue(() => Jobs.RunThroughGate(_test, $"{i}"));
        }

        Wait.Until(() => Jobs.RunsOf(_test).Count == 11, "11 jobs to be at work together");
        client.Enqueue(() => Jobs.Run(_test, "another"));
        Wait.Until(() => Jobs.RunsOf(_test).Count == 12, "one more job to run beside them");
        Jobs.Gate(_test).Set();
        Wait.Until(() => storage.GetMonitoringApi().SucceededListCount() == 12, "all to succeed");
    }

    [Fact]
    public void Fault07_LongJob_RunsOnce_HoweverShortItsLease()
    {
        using var storage = _database.Another(options => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(1));
        using var other = _database.Another(options => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(1));
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, storage);
        Client.Enqueue(() => Jobs.RunThroughGate(_test, "long"));
        Wait.Until(() => Jobs.RunsOf(_test).Count == 1, "the job to start");
        using var second = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, other);
        var fetched = _database.Scalar<DateTime>("select FetchedAt from JobQueue");
        Wait.Until(() => _database.Scalar<DateTime>("select FetchedAt from JobQueue") > fetched.AddSeconds(2.5), "the job to work beyond its time-out");
        Jobs.Gate(_test).Set();
        Wait.Until(() => storage.GetMonitoringApi().SucceededListCount() == 1, "the job to succeed");
        Assert.Single(Jobs.RunsOf(_test));
    }

    [Fact]
    public void Fault07_LateWorker_LeavesRowOfNewOwnerAlone()
    {
        var id = Client.Enqueue(() => Jobs.Nothing());
        using var other = _database.Another();
        using var late = Connect();
        using var prompt = other.GetConnection();
        var lost = Fetch(late);
        _database.Execute("update JobQueue set FetchedAt = null, FetchToken = null");
        using var owned = Fetch(prompt);
        Assert.Equal(id, owned.JobId);
        var token = _database.Scalar<string>("select FetchToken from JobQueue");
        lost.RemoveFromQueue();
        lost.Requeue();
        lost.Dispose();
        Assert.Equal(token, _database.Scalar<string>("select FetchToken from JobQueue"));
    }

    [Fact]
    public void Fault17_JobsThatWait_AreStartedOnce_WhenManyServersStartTogether()
    {
        for (var i = 0; i < 40; i++)
        {
            Client.Enqueue(() => Jobs.Run(_test, $"{i}"));
        }

        var storages = Enumerable.Range(0, 4).Select(_ => _database.Another()).ToArray();
        var servers = new BackgroundJobServer[4];
        Parallel.For(0, 4, i => servers[i] = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4 }, storages[i]));
        Wait.Until(() => _database.Storage.GetMonitoringApi().SucceededListCount() == 40, "40 jobs to succeed");
        Array.ForEach(servers, server => server.SendStop());
        Array.ForEach(servers, server => server.Dispose());
        Array.ForEach(storages, storage => storage.Dispose());
        Assert.Equal((40, 40), (Jobs.RunsOf(_test).Count, Jobs.RunsOf(_test).Distinct().Count()));
    }

    [Fact]
    public void Fault21_Queues_MayBeNamedDirectly()
    {
        Client.Enqueue("critical", () => Jobs.Nothing());
        Client.Schedule("reports", () => Jobs.Nothing(), TimeSpan.FromMinutes(1));
        new RecurringJobManager(_database.Storage).AddOrUpdate("nightly", "night", () => Jobs.Nothing(), Cron.Daily());
        using var connection = Connect();
        using var fetched = Fetch(connection, "critical");
        Assert.Equal("critical", connection.GetJobData(fetched.JobId).Job.Queue);
        Assert.StartsWith("reports:", connection.GetAllItemsFromSet("schedule").Single(), StringComparison.Ordinal);
        fetched.RemoveFromQueue();
    }

    [Fact]
    public void Fault21_TrimList_CountsItemsOfItsKeyOnly()
    {
        using var connection = Connect();
        Commit(connection, transaction =>
        {
            for (var i = 0; i < 5; i++)
            {
                transaction.InsertToList("one", $"{i}");
                transaction.InsertToList("two", $"{i}");
            }

            transaction.TrimList("one", 1, 2);
        });
        Assert.Equal(["3", "2"], connection.GetAllItemsFromList("one"));
        Assert.Equal(5, connection.GetListCount("two"));
    }
}
