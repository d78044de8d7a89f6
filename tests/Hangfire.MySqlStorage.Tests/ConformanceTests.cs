using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>What Hangfire expects of a storage. The same cases run on Hangfire.InMemory, so that a wrong expectation shows.</summary>
public abstract partial class ConformanceTests
{
    protected string Key { get; } = $"key:{Guid.NewGuid():N}";

    protected abstract JobStorage Storage { get; }

    protected JobStorageConnection Connection => (JobStorageConnection)Storage.GetConnection();

    protected static DateTime CreatedAt { get; } = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    protected string CreateJob(Job? job = null, Dictionary<string, string>? parameters = null)
    {
        using var connection = Connection;
        return connection.CreateExpiredJob(job ?? TestJobs.Nothing(), parameters ?? [], CreatedAt, TimeSpan.FromHours(1));
    }

    protected void Commit(Action<JobStorageTransaction> write)
    {
        using var connection = Connection;
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        write(transaction);
        transaction.Commit();
    }

    protected T Read<T>(Func<JobStorageConnection, T> read)
    {
        using var connection = Connection;
        return read(connection);
    }

    private static KeyValuePair<string, string>[] Fields(params string[] names) => names.Select(name => KeyValuePair.Create(name, $"value of {name}")).ToArray();

    [Fact]
    public void GetJobData_GivesJobStateAndParameters()
    {
        var id = CreateJob(TestJobs.Run("what"), new Dictionary<string, string> { ["Culture"] = "de", ["Empty"] = "" });
        var data = Read(connection => connection.GetJobData(id));
        Assert.Null(data.State);
        Assert.Null(data.LoadException);
        Assert.Equal(("Run", "what"), (data.Job.Method.Name, data.Job.Args[1]));
        Assert.Equal(("de", ""), (data.ParametersSnapshot["Culture"], data.ParametersSnapshot["Empty"]));
    }

    [Fact]
    public void GetJobData_GivesQueue_WhenJobHasOne() => Assert.Equal("critical", Read(connection => connection.GetJobData(CreateJob(TestJobs.Nothing("critical")))).Job.Queue);

    [Theory]
    [InlineData("2147483647000")]
    [InlineData("no id")]
    public void MissingJob_ReadsAsNull(string id)
    {
        Assert.Null(Read(connection => connection.GetJobData(id)));
        Assert.Null(Read(connection => connection.GetStateData(id)));
        Assert.Null(Read(connection => connection.GetJobParameter(id, "name")));
        Assert.Null(Storage.GetMonitoringApi().JobDetails(id));
    }

    [Fact]
    public void JobParameter_IsSetAndReplaced()
    {
        var id = CreateJob();
        Assert.Null(Read(connection => connection.GetJobParameter(id, "Name")));
        using (var connection = Connection)
        {
            connection.SetJobParameter(id, "Name", "first");
            connection.SetJobParameter(id, "Name", "second 😀");
            connection.SetJobParameter(id, "name", "by another case");
        }

        Assert.Equal("second 😀", Read(connection => connection.GetJobParameter(id, "Name")));
        Commit(transaction => transaction.SetJobParameter(id, "Name", "third"));
        Assert.Equal("third", Read(connection => connection.GetJobParameter(id, "Name")));
    }

    [Fact]
    public void SetJobState_SetsStateAndKeepsHistory()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobState(id, new TestState("First"));
            transaction.AddJobState(id, new TestState("Aside"));
        });
        Assert.Equal("First", Read(connection => connection.GetJobData(id)).State);
        Commit(transaction => transaction.SetJobState(id, new TestState("Second", "a reason", ("Key", "value"))));
        var state = Read(connection => connection.GetStateData(id));
        Assert.Equal(("Second", "a reason", "value"), (state.Name, state.Reason, state.Data["Key"]));
        Assert.Equal(["Second", "Aside", "First"], Storage.GetMonitoringApi().JobDetails(id).History.Select(entry => entry.StateName));
    }

    [Fact]
    public void SetJobState_OfOneTransaction_LastWins()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobState(id, new TestState("A"));
            transaction.SetJobState(id, new TestState("B"));
        });
        Assert.Equal("B", Read(connection => connection.GetStateData(id)).Name);
    }

    [Fact]
    public void CreateJob_OfTransaction_IsThereAfterCommitOnly()
    {
        string? id = null;
        Commit(transaction =>
        {
            id = transaction.CreateJob(TestJobs.Run("later"), new Dictionary<string, string> { ["P"] = "1" }, CreatedAt, TimeSpan.FromHours(1));
            Assert.Null(Read(connection => connection.GetJobData(id)));
            transaction.SetJobState(id, new TestState("Born"));
            transaction.SetJobParameter(id, "Q", "2");
        });
        var data = Read(connection => connection.GetJobData(id));
        Assert.Equal(("Born", "1", "2"), (data.State, data.ParametersSnapshot["P"], data.ParametersSnapshot["Q"]));
    }

    [Fact]
    public void ExpireJobAndPersistJob_ChangeItsEnd()
    {
        var id = CreateJob();
        Commit(transaction => transaction.PersistJob(id));
        Assert.Null(Storage.GetMonitoringApi().JobDetails(id).ExpireAt);
        Commit(transaction => transaction.ExpireJob(id, TimeSpan.FromDays(1)));
        Assert.NotNull(Storage.GetMonitoringApi().JobDetails(id).ExpireAt);
    }

    [Fact]
    public void FetchNextJob_TakesQueueInOrder()
    {
        var ids = new[] { CreateJob(), CreateJob(), CreateJob() };
        Commit(transaction => Array.ForEach(ids, id => transaction.AddToQueue(Key, id)));
        foreach (var id in ids)
        {
            using var connection = Connection;
            using var deadline = new CancellationTokenSource(Wait.Deadline);
            using var fetched = connection.FetchNextJob([Key], deadline.Token);
            Assert.Equal(id, fetched.JobId);
            fetched.RemoveFromQueue();
        }
    }

    [Fact]
    public void FetchNextJob_ThrowsAtOnce_WhenCancelled() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Read(connection => connection.FetchNextJob([Key], new CancellationToken(true))));

    [Fact]
    public void Server_IsAnnouncedBeatsAndGoes()
    {
        using var connection = Connection;
        connection.AnnounceServer(Key, new ServerContext { WorkerCount = 8, Queues = ["a", "b"] });
        connection.Heartbeat(Key);
        var server = Storage.GetMonitoringApi().Servers().Single(s => s.Name == Key);
        Assert.Equal((8, "a,b"), (server.WorkersCount, string.Join(',', server.Queues)));
        Assert.NotNull(server.Heartbeat);
        Assert.Equal(0, connection.RemoveTimedOutServers(TimeSpan.FromHours(1)));
        connection.RemoveServer(Key);
        Assert.DoesNotContain(Storage.GetMonitoringApi().Servers(), s => s.Name == Key);
        Assert.Throws<BackgroundServerGoneException>(() => connection.Heartbeat(Key));
        Assert.Throws<ArgumentException>(() => connection.RemoveTimedOutServers(TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public void GetFirstByLowestScore_NamesKey_WhenItIsNull() =>
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => Read(connection => connection.GetFirstByLowestScoreFromSet(null!, 0, 0, 1))).ParamName);

    [Fact]
    public void GetUtcDateTime_IsUtc()
    {
        var now = Read(connection => connection.GetUtcDateTime());
        Assert.Equal(DateTimeKind.Utc, now.Kind);
        Assert.InRange((TimeProvider.System.GetUtcNow().UtcDateTime - now).TotalSeconds, -60, 60);
    }

    [Fact]
    public void DistributedLock_IsReentrantAndExclusive()
    {
        using var first = Connection;
        using var second = Connection;
        using (first.AcquireDistributedLock(Key, TimeSpan.Zero))
        using (first.AcquireDistributedLock(Key, TimeSpan.Zero))
        {
            Assert.EndsWith(Key, Assert.ThrowsAny<DistributedLockTimeoutException>(() => second.AcquireDistributedLock(Key, TimeSpan.FromMilliseconds(20))).Resource, StringComparison.Ordinal);
        }

        using (second.AcquireDistributedLock(Key, TimeSpan.Zero))
        {
        }
    }

    [Fact]
    public void Features_AreDeclared()
    {
        string[] features =
        [
            JobStorageFeatures.ExtendedApi, JobStorageFeatures.JobQueueProperty, JobStorageFeatures.Connection.BatchedGetFirstByLowest,
            JobStorageFeatures.Connection.GetUtcDateTime, JobStorageFeatures.Connection.GetSetContains, JobStorageFeatures.Connection.LimitedGetSetCount,
            JobStorageFeatures.Transaction.AcquireDistributedLock, JobStorageFeatures.Transaction.CreateJob, JobStorageFeatures.Transaction.SetJobParameter,
            JobStorageFeatures.Monitoring.AwaitingJobs, JobStorageFeatures.Monitoring.DeletedStateGraphs,
        ];
        Assert.All(features, feature => Assert.True(Storage.HasFeature(feature), feature));
        Assert.False(Storage.HasFeature("no such feature"));
    }
}
