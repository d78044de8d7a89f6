using Hangfire.Common;
using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>What a storage refuses, and that it says so before it writes anything.</summary>
public sealed class ArgumentCases(StorageUnderTest subject) : StorageCases(subject)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly Dictionary<string, string> None = [];

    private static readonly Dictionary<string, (string Parameter, Action<JobStorageConnection> Call)> OnConnection = new()
    {
        ["CreateExpiredJob job"] = ("job", c => c.CreateExpiredJob(null!, None, CreatedAt, Hour)),
        ["CreateExpiredJob parameters"] = ("parameters", c => c.CreateExpiredJob(TestJobs.Nothing(), null!, CreatedAt, Hour)),
        ["SetJobParameter id"] = ("id", c => c.SetJobParameter(null!, "name", "value")),
        ["SetJobParameter name"] = ("name", c => c.SetJobParameter("1", null!, "value")),
        ["GetJobParameter id"] = ("id", c => c.GetJobParameter(null!, "name")),
        ["GetJobParameter name"] = ("name", c => c.GetJobParameter("1", null!)),
        ["GetJobData id"] = ("jobId", c => c.GetJobData(null!)),
        ["GetStateData id"] = ("jobId", c => c.GetStateData(null!)),
        ["AnnounceServer id"] = ("serverId", c => c.AnnounceServer(null!, new ServerContext())),
        ["AnnounceServer context"] = ("context", c => c.AnnounceServer("server", null!)),
        ["RemoveServer id"] = ("serverId", c => c.RemoveServer(null!)),
        ["Heartbeat id"] = ("serverId", c => c.Heartbeat(null!)),
        ["GetAllItemsFromSet key"] = ("key", c => c.GetAllItemsFromSet(null!)),
        ["GetFirstByLowestScoreFromSet key"] = ("key", c => c.GetFirstByLowestScoreFromSet(null!, 0, 1)),
        ["GetFirstByLowestScoreFromSet key, batched"] = ("key", c => c.GetFirstByLowestScoreFromSet(null!, 0, 1, 1)),
        ["GetSetCount key"] = ("key", c => c.GetSetCount((string)null!)),
        ["GetRangeFromSet key"] = ("key", c => c.GetRangeFromSet(null!, 0, 1)),
        ["GetSetTtl key"] = ("key", c => c.GetSetTtl(null!)),
        ["SetRangeInHash key"] = ("key", c => c.SetRangeInHash(null!, None)),
        ["SetRangeInHash pairs"] = ("keyValuePairs", c => c.SetRangeInHash(Key, null!)),
        ["GetAllEntriesFromHash key"] = ("key", c => c.GetAllEntriesFromHash(null!)),
        ["GetValueFromHash key"] = ("key", c => c.GetValueFromHash(null!, "name")),
        ["GetValueFromHash name"] = ("name", c => c.GetValueFromHash(Key, null!)),
        ["GetHashCount key"] = ("key", c => c.GetHashCount(null!)),
        ["GetHashTtl key"] = ("key", c => c.GetHashTtl(null!)),
        ["GetListCount key"] = ("key", c => c.GetListCount(null!)),
        ["GetListTtl key"] = ("key", c => c.GetListTtl(null!)),
        ["GetAllItemsFromList key"] = ("key", c => c.GetAllItemsFromList(null!)),
        ["GetRangeFromList key"] = ("key", c => c.GetRangeFromList(null!, 0, 1)),
        ["GetCounter key"] = ("key", c => c.GetCounter(null!)),
        ["FetchNextJob queues"] = ("queues", c => c.FetchNextJob(null!, CancellationToken.None)),
        ["AcquireDistributedLock resource"] = ("resource", c => c.AcquireDistributedLock(null!, TimeSpan.Zero)),
    };

    private static readonly Dictionary<string, (string Parameter, Action<JobStorageTransaction> Call)> OnTransaction = new()
    {
        ["ExpireJob id"] = ("jobId", t => t.ExpireJob(null!, Hour)),
        ["PersistJob id"] = ("jobId", t => t.PersistJob(null!)),
        ["SetJobState id"] = ("jobId", t => t.SetJobState(null!, new TestState("State"))),
        ["SetJobState state"] = ("state", t => t.SetJobState("1", null!)),
        ["AddJobState id"] = ("jobId", t => t.AddJobState(null!, new TestState("State"))),
        ["AddJobState state"] = ("state", t => t.AddJobState("1", null!)),
        ["AddToQueue queue"] = ("queue", t => t.AddToQueue(null!, "1")),
        ["AddToQueue id"] = ("jobId", t => t.AddToQueue(Queue, null!)),
        ["IncrementCounter key"] = ("key", t => t.IncrementCounter(null!)),
        ["IncrementCounter key, expiring"] = ("key", t => t.IncrementCounter(null!, Hour)),
        ["DecrementCounter key"] = ("key", t => t.DecrementCounter(null!)),
        ["DecrementCounter key, expiring"] = ("key", t => t.DecrementCounter(null!, Hour)),
        ["AddToSet key"] = ("key", t => t.AddToSet(null!, "value")),
        ["AddToSet value"] = ("value", t => t.AddToSet(Key, null!)),
        ["AddToSet key, scored"] = ("key", t => t.AddToSet(null!, "value", 1)),
        ["AddToSet value, scored"] = ("value", t => t.AddToSet(Key, null!, 1)),
        ["AddRangeToSet key"] = ("key", t => t.AddRangeToSet(null!, ["a"])),
        ["AddRangeToSet items"] = ("items", t => t.AddRangeToSet(Key, null!)),
        ["RemoveFromSet key"] = ("key", t => t.RemoveFromSet(null!, "value")),
        ["RemoveFromSet value"] = ("value", t => t.RemoveFromSet(Key, null!)),
        ["RemoveSet key"] = ("key", t => t.RemoveSet(null!)),
        ["ExpireSet key"] = ("key", t => t.ExpireSet(null!, Hour)),
        ["PersistSet key"] = ("key", t => t.PersistSet(null!)),
        ["InsertToList key"] = ("key", t => t.InsertToList(null!, "value")),
        ["InsertToList value"] = ("value", t => t.InsertToList(Key, null!)),
        ["RemoveFromList key"] = ("key", t => t.RemoveFromList(null!, "value")),
        ["RemoveFromList value"] = ("value", t => t.RemoveFromList(Key, null!)),
        ["TrimList key"] = ("key", t => t.TrimList(null!, 0, 1)),
        ["ExpireList key"] = ("key", t => t.ExpireList(null!, Hour)),
        ["PersistList key"] = ("key", t => t.PersistList(null!)),
        ["SetRangeInHash key"] = ("key", t => t.SetRangeInHash(null!, None)),
        ["SetRangeInHash pairs"] = ("keyValuePairs", t => t.SetRangeInHash(Key, null!)),
        ["RemoveHash key"] = ("key", t => t.RemoveHash(null!)),
        ["ExpireHash key"] = ("key", t => t.ExpireHash(null!, Hour)),
        ["PersistHash key"] = ("key", t => t.PersistHash(null!)),
    };

    private static readonly Dictionary<string, (string Parameter, Action<IMonitoringApi> Call)> OnMonitor = new()
    {
        ["JobDetails id"] = ("jobId", m => m.JobDetails(null!)),
        ["EnqueuedJobs queue"] = ("queue", m => m.EnqueuedJobs(null!, 0, 1)),
        ["FetchedJobs queue"] = ("queue", m => m.FetchedJobs(null!, 0, 1)),
        ["EnqueuedCount queue"] = ("queue", m => m.EnqueuedCount(null!)),
        ["FetchedCount queue"] = ("queue", m => m.FetchedCount(null!)),
    };

    public static IEnumerable<string> ConnectionArguments => OnConnection.Keys;

    public static IEnumerable<string> TransactionArguments => OnTransaction.Keys;

    public static IEnumerable<string> MonitorArguments => OnMonitor.Keys;

    [RowsOf(nameof(ConnectionArguments))]
    public void Connection_RefusesNull(string argument)
    {
        var (parameter, call) = OnConnection[argument];
        Assert.Equal(parameter, Assert.Throws<ArgumentNullException>(() => Do(call)).ParamName);
    }

    [RowsOf(nameof(TransactionArguments))]
    public void Transaction_RefusesNullBeforeCommit(string argument)
    {
        var (parameter, call) = OnTransaction[argument];
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Equal(parameter, Assert.Throws<ArgumentNullException>(() => call(transaction)).ParamName);
    }

    [RowsOf(nameof(MonitorArguments))]
    public void Monitor_RefusesNull(string argument)
    {
        var (parameter, call) = OnMonitor[argument];
        Assert.Equal(parameter, Assert.Throws<ArgumentNullException>(() => call(Monitor)).ParamName);
    }

    public void FetchNextJob_RefusesNoQueues() =>
        Assert.Equal("queues", Assert.ThrowsAny<ArgumentException>(() => Do(connection => connection.FetchNextJob([], CancellationToken.None))).ParamName);

    [Row(0.0, -0.5)]
    [Row(-1.0, -2.0)]
    [Row(1789000123.0, 1789000122.0)]
    public void GetFirstByLowestScoreFromSet_RefusesRangeThatEndsBeforeItBegins(double from, double to) =>
        Assert.Equal("toScore", Assert.ThrowsAny<ArgumentException>(() => Read(connection => connection.GetFirstByLowestScoreFromSet(Key, from, to))).ParamName);

    [Row(0.0, -0.5)]
    [Row(-1.0, -2.0)]
    public void GetFirstByLowestScoreFromSet_RefusesRangeThatEndsBeforeItBegins_InBatches(double from, double to) =>
        Assert.Equal("toScore", Assert.ThrowsAny<ArgumentException>(() => Read(connection => connection.GetFirstByLowestScoreFromSet(Key, from, to, 10))).ParamName);

    [Row(0)]
    [Row(-1)]
    [Row(int.MinValue)]
    public void GetFirstByLowestScoreFromSet_RefusesToGiveNone(int count) =>
        Assert.Equal("count", Assert.ThrowsAny<ArgumentException>(() => Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 0, 1, count))).ParamName);

    public void GetFirstByLowestScoreFromSet_LooksAtKeyBeforeAllElse() =>
        // Hangfire asks like this to learn whether the method is there
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => Read(connection => connection.GetFirstByLowestScoreFromSet(null!, 1, 0, 0))).ParamName);

    [Needs("Connection.GetSetContains")]
    public void GetSetContains_RefusesNull()
    {
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => Read(connection => connection.GetSetContains(null!, "a"))).ParamName);
        Assert.Equal("value", Assert.Throws<ArgumentNullException>(() => Read(connection => connection.GetSetContains(Key, null!))).ParamName);
    }

    [Needs("Connection.GetSetCount.Limited")]
    public void GetSetCount_OfSeveral_RefusesNullAndNegativeLimit()
    {
        Assert.Equal("keys", Assert.Throws<ArgumentNullException>(() => Read(connection => connection.GetSetCount(null!, 1))).ParamName);
        Assert.Equal("limit", Assert.ThrowsAny<ArgumentException>(() => Read(connection => connection.GetSetCount([Key], -1))).ParamName);
    }

    [Row(-1)]
    [Row(-3600)]
    public void RemoveTimedOutServers_RefusesNegativeTimeOut(int seconds) =>
        Assert.ThrowsAny<ArgumentException>(() => Read(connection => connection.RemoveTimedOutServers(TimeSpan.FromSeconds(seconds))));

    public void AcquireDistributedLock_RefusesEmptyResource() =>
        Assert.Equal("resource", Assert.ThrowsAny<ArgumentException>(() => Do(connection => connection.AcquireDistributedLock("", TimeSpan.Zero))).ParamName);

    public void AcquireDistributedLock_RefusesNegativeTimeOut() =>
        Assert.ThrowsAny<ArgumentException>(() => Do(connection => connection.AcquireDistributedLock(Key, TimeSpan.FromSeconds(-1)).Dispose()));

    public void AddRangeToSet_RefusesNullItemBeforeCommit()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Equal("items", Assert.ThrowsAny<ArgumentException>(() => transaction.AddRangeToSet(Key, ["a", null!])).ParamName);
    }

    public void SetJobState_RefusesStateWithoutName()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Equal("state", Assert.ThrowsAny<ArgumentException>(() => transaction.SetJobState("1", new TestState(null!))).ParamName);
    }

    public void AddJobState_RefusesStateWithoutName()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Equal("state", Assert.ThrowsAny<ArgumentException>(() => transaction.AddJobState("1", new TestState(null!))).ParamName);
    }

    public void AddToQueue_RefusesEmptyName()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Equal("queue", Assert.ThrowsAny<ArgumentException>(() => transaction.AddToQueue("", "1")).ParamName);
    }

    [Row("abc")]
    [Row("")]
    [Row("1.5")]
    public void Transaction_RefusesIdThatIsNoNumber(string id)
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.ThrowsAny<ArgumentException>(() => transaction.AddToQueue(Queue, id));
        Assert.ThrowsAny<ArgumentException>(() => transaction.SetJobState(id, new TestState("State")));
        Assert.ThrowsAny<ArgumentException>(() => transaction.ExpireJob(id, Hour));
        Assert.ThrowsAny<ArgumentException>(() => transaction.PersistJob(id));
    }

    [Needs("Transaction.AcquireDistributedLock")]
    public void Transaction_RefusesNullResource()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Throws<ArgumentNullException>(() => transaction.AcquireDistributedLock(null!, TimeSpan.Zero));
    }

    [Needs("Transaction.CreateJob")]
    public void CreateJob_RefusesNull()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Equal("job", Assert.Throws<ArgumentNullException>(() => transaction.CreateJob(null!, None, CreatedAt, Hour)).ParamName);
        Assert.Equal("parameters", Assert.Throws<ArgumentNullException>(() => transaction.CreateJob(TestJobs.Nothing(), null!, CreatedAt, Hour)).ParamName);
    }

    [Needs("Transaction.SetJobParameter")]
    public void SetJobParameter_OfTransaction_RefusesNull()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Equal("jobId", Assert.Throws<ArgumentNullException>(() => transaction.SetJobParameter(null!, "name", "value")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentNullException>(() => transaction.SetJobParameter("1", null!, "value")).ParamName);
    }
}
