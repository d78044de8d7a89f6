using System.Collections.Concurrent;
using System.Data;
using Dapper;
using Hangfire.MySql.JobQueue;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

public sealed class QueueProviderTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(QueueProviderTests));
    private readonly MemoryQueues _other = new();
    private readonly string _test = Guid.NewGuid().ToString();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Collection_ChecksItsArguments()
    {
        Assert.Equal("defaultProvider", Assert.Throws<ArgumentNullException>(() => new PersistentJobQueueProviderCollection(null!)).ParamName);
        var providers = new PersistentJobQueueProviderCollection(_other);
        Assert.Equal("provider", Assert.Throws<ArgumentNullException>(() => providers.Add(null!, ["a"])).ParamName);
        Assert.Equal("queues", Assert.Throws<ArgumentNullException>(() => providers.Add(_other, null!)).ParamName);
    }

    [Fact]
    public void Collection_GivesProviderOfQueue_OrDefault()
    {
        var special = new MemoryQueues();
        var providers = new PersistentJobQueueProviderCollection(_other);
        providers.Add(special, ["Special"]);
        Assert.Same(special, providers.GetProvider("special"));
        Assert.Same(_other, providers.GetProvider("any"));
        Assert.Equal([_other, special], providers);
    }

    [Fact]
    public void Storage_KeepsAllQueuesItself_AtFirst()
    {
        Assert.Single(_database.Storage.QueueProviders);
        Assert.True(_database.Storage.LinearizableReads);
        _database.Storage.QueueProviders.Add(_other, ["other"]);
        Assert.False(_database.Storage.LinearizableReads);
    }

    [Fact]
    public void FetchNextJob_Refuses_WhenQueuesHaveDifferentProviders()
    {
        _database.Storage.QueueProviders.Add(_other, ["other"]);
        using var connection = _database.Storage.GetConnection();
        var error = Assert.Throws<InvalidOperationException>(() => connection.FetchNextJob(["default", "other"], CancellationToken.None));
        Assert.Contains("'default', 'other'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_RunJobs_FromBothProviders()
    {
        _database.Storage.QueueProviders.Add(_other, ["other"]);
        var client = new BackgroundJobClient(_database.Storage);
        client.Create(() => Jobs.Run(_test, "ours"), new EnqueuedState("default"));
        client.Create(() => Jobs.Run(_test, "theirs"), new EnqueuedState("other"));
        using var ours = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2, Queues = ["default"] }, _database.Storage);
        using var theirs = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2, Queues = ["other"] }, _database.Storage);
        Wait.Until(() => _database.Storage.GetMonitoringApi().SucceededListCount() == 2, "two jobs to succeed");
        Assert.Equal(["ours", "theirs"], Jobs.RunsOf(_test).Order());
        // another's queue is acknowledged after the commit, not in it
        Wait.Until(() => _other.Removed == 1, "the job to be taken from its queue");
    }

    [Fact]
    public void Dashboard_ShowsQueuesOfBothProviders()
    {
        _database.Storage.QueueProviders.Add(_other, ["other"]);
        var client = new BackgroundJobClient(_database.Storage);
        client.Create(() => Jobs.Nothing(), new EnqueuedState("default"));
        var id = client.Create(() => Jobs.Nothing(), new EnqueuedState("other"));
        var monitor = _database.Storage.GetMonitoringApi();
        Assert.Equal(["default", "other"], monitor.Queues().Select(queue => queue.Name));
        Assert.Equal(id, monitor.Queues()[1].FirstJobs.Single().Key);
        Assert.Equal(id, monitor.EnqueuedJobs("other", 0, 10).Single().Key);
        Assert.Equal(1, monitor.EnqueuedCount("other"));
        Assert.Equal(0, monitor.FetchedCount("other"));
        Assert.Empty(monitor.FetchedJobs("other", 0, 10));
        Assert.Equal(2, monitor.GetStatistics().Queues);
    }

    [Fact]
    public void Enqueue_RunsInTransaction_OnItsConnection()
    {
        using var table = new TableQueue(_database);
        _database.Storage.QueueProviders.Add(table, ["other"]);
        var client = new BackgroundJobClient(_database.Storage);
        var id = client.Create(() => Jobs.Nothing(), new EnqueuedState("other"));
        Assert.Equal(id, _database.Scalar<string>("select JobId from OtherQueue"));

        table.Fails = true;
        using var connection = _database.Storage.GetConnection();
        using var transaction = connection.CreateWriteTransaction();
        transaction.IncrementCounter("undone");
        transaction.AddToQueue("other", id);
        Assert.Throws<InvalidOperationException>(transaction.Commit);
        Assert.Equal(1, _database.Scalar<int>("select count(*) from OtherQueue"));
        Assert.Equal(0, _database.Scalar<int>("select count(*) from Counter where `Key` = 'undone'"));
    }

    [Fact]
    public void Enqueue_FailsAlone_WhenItsQueueIsBroken()
    {
        using var table = new TableQueue(_database);
        _database.Storage.QueueProviders.Add(table, ["other"]);
        var client = new BackgroundJobClient(_database.Storage);
        var (a, b) = (client.Create(() => Jobs.Nothing(), new TestState("Created")), client.Create(() => Jobs.Nothing(), new TestState("Created")));
        using var one = JobLocks.Connection(_database.Storage);
        using var two = JobLocks.Connection(_database.Storage);
        using (one.AcquireDistributedLock(JobLocks.LockOf(a), TimeSpan.Zero))
        using (two.AcquireDistributedLock(JobLocks.LockOf(b), TimeSpan.Zero))
        {
            table.Fails = true;
            using var transaction = one.CreateWriteTransaction();
            transaction.SetJobState(a, new EnqueuedState("other"));
            transaction.AddToQueue("other", a);
            Assert.Throws<InvalidOperationException>(transaction.Commit);
            // under a lock in the session that all share
            JobLocks.ChangeState(two, b, new TestState("Changed"));
        }

        Assert.Equal(("Created", "Changed"), (one.GetJobData(a)!.State, one.GetJobData(b)!.State));
        Assert.Equal(0, _database.Scalar<int>("select count(*) from OtherQueue"));
    }

    [Fact]
    public void DefaultProvider_DoesWhatItsInterfacesSay()
    {
        var provider = _database.Storage.QueueProviders.GetProvider("any");
        var client = new BackgroundJobClient(_database.Storage);
        var id = client.Create(() => Jobs.Nothing(), new TestState("Created"));
        using (var connection = new MySqlConnector.MySqlConnection(_database.ConnectionString))
        {
            connection.Open();
            provider.GetJobQueue().Enqueue(connection, "any", id);
        }

        var monitor = provider.GetJobQueueMonitoringApi();
        Assert.Equal(["any"], monitor.GetQueues());
        Assert.Equal([int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)], monitor.GetEnqueuedJobIds("any", 0, 10));
        Assert.Equal(1, monitor.GetEnqueuedAndFetchedCount("any").EnqueuedCount);
        using var fetched = provider.GetJobQueue().Dequeue(["any"], CancellationToken.None);
        Assert.Equal(id, fetched.JobId);
        Assert.Single(monitor.GetFetchedJobIds("any", 0, 10));
        Assert.Equal(1, monitor.GetEnqueuedAndFetchedCount("any").FetchedCount);
    }

    /// <summary>Queues outside the database, such as a message broker's.</summary>
    private sealed class MemoryQueues : IPersistentJobQueueProvider, IPersistentJobQueue, IPersistentJobQueueMonitoringApi
    {
        private readonly BlockingCollection<string> _ids = [];
        private int _removed;

        public int Removed => _removed;

        public IPersistentJobQueue GetJobQueue() => this;

        public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi() => this;

        public IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken) => new Fetched(this, _ids.Take(cancellationToken));

        public void Enqueue(IDbConnection connection, string queue, string jobId) => _ids.Add(jobId);

        public IEnumerable<string> GetQueues() => ["other"];

        public IEnumerable<int> GetEnqueuedJobIds(string queue, int from, int perPage) => _ids.Skip(from).Take(perPage).Select(int.Parse);

        public IEnumerable<int> GetFetchedJobIds(string queue, int from, int perPage) => [];

        public EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue) => new() { EnqueuedCount = _ids.Count };

        private sealed class Fetched(MemoryQueues queues, string id) : IFetchedJob
        {
            public string JobId => id;

            public void RemoveFromQueue() => Interlocked.Increment(ref queues._removed);

            public void Requeue() => queues._ids.Add(id);

            public void Dispose()
            {
            }
        }
    }

    /// <summary>Queues in another table of the same database.</summary>
    private sealed class TableQueue : IPersistentJobQueueProvider, IPersistentJobQueue, IDisposable
    {
        public TableQueue(TestStorage database) => database.Execute("create table OtherQueue (JobId varchar(20))");

        public bool Fails { get; set; }

        public IPersistentJobQueue GetJobQueue() => this;

        public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi() => throw new NotSupportedException();

        public IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Enqueue(IDbConnection connection, string queue, string jobId)
        {
            connection.Execute("insert into OtherQueue values (@jobId)", new { jobId });
            if (Fails)
            {
                throw new InvalidOperationException("the queue is broken");
            }
        }

        public void Dispose()
        {
        }
    }
}
