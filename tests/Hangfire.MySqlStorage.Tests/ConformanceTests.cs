using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>What Hangfire expects of a storage. The same cases run on Hangfire.InMemory, so that a wrong expectation shows.</summary>
public abstract class ConformanceTests
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
    public void Set_GivesItemsByScoreThenByInsertion()
    {
        Commit(transaction =>
        {
            transaction.AddToSet(Key, "c", 2);
            transaction.AddToSet(Key, "b", 1);
            transaction.AddToSet(Key, "z", 3.5);
            transaction.AddToSet(Key, "y", 3.5);
            transaction.AddToSet(Key, "none");
        });
        Assert.Equal(["none", "b", "c"], Read(connection => connection.GetRangeFromSet(Key, 0, 2)));
        Assert.Equal(5, Read(connection => connection.GetSetCount(Key)));
        Assert.Equal("b", Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 0.5, 9)));
        Assert.Equal(["b", "c"], Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 0.5, 9, 2)));
        Assert.Null(Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 100, 200)));
        Assert.Equal(["b", "c", "none", "y", "z"], Read(connection => connection.GetAllItemsFromSet(Key)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Set_KeepsScoresExactly()
    {
        // a FLOAT rounds unix time to 128 s
        Commit(transaction => transaction.AddToSet(Key, "due", 1789000123));
        Assert.Null(Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 0, 1789000122)));
        Assert.Equal("due", Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 1789000123, 1789000123)));
    }

    [Fact]
    public void Set_ReplacesScoreAndRemovesItems()
    {
        Commit(transaction =>
        {
            transaction.AddToSet(Key, "a", 1);
            transaction.AddToSet(Key, "a", 5);
            transaction.AddToSet(Key, "gone", 1);
            transaction.RemoveFromSet(Key, "gone");
            transaction.AddToSet(Key, "A", 2);
        });
        Assert.Equal(["A", "a"], Read(connection => connection.GetRangeFromSet(Key, 0, 10)));
        Assert.True(Read(connection => connection.GetSetContains(Key, "a")));
        Assert.False(Read(connection => connection.GetSetContains(Key, "gone")));
        Commit(transaction =>
        {
            transaction.RemoveSet(Key);
            transaction.AddRangeToSet(Key, ["x", "y"]);
        });
        Assert.Equal(["x", "y"], Read(connection => connection.GetRangeFromSet(Key, 0, 10)));
    }

    [Fact]
    public void Set_CountsUpToLimit()
    {
        Commit(transaction =>
        {
            transaction.AddRangeToSet(Key, ["a", "b", "c"]);
            transaction.AddRangeToSet(Key + "2", ["d"]);
        });
        Assert.Equal(4, Read(connection => connection.GetSetCount([Key, Key + "2"], 10)));
        Assert.Equal(2, Read(connection => connection.GetSetCount([Key, Key + "2"], 2)));
        Assert.Equal(0, Read(connection => connection.GetSetCount([], 2)));
    }

    [Fact]
    public void Hash_MergesFields()
    {
        Assert.Null(Read(connection => connection.GetAllEntriesFromHash(Key)));
        Commit(transaction => transaction.SetRangeInHash(Key, Fields("a", "b")));
        using (var connection = Connection)
        {
            connection.SetRangeInHash(Key, [KeyValuePair.Create("b", "new"), KeyValuePair.Create("c", "")]);
        }

        var hash = Read(connection => connection.GetAllEntriesFromHash(Key));
        Assert.Equal(("value of a", "new", ""), (hash["a"], hash["b"], hash["c"]));
        Assert.Equal(3, Read(connection => connection.GetHashCount(Key)));
        Assert.Equal("new", Read(connection => connection.GetValueFromHash(Key, "b")));
        Assert.Null(Read(connection => connection.GetValueFromHash(Key, "none")));
        Commit(transaction => transaction.RemoveHash(Key));
        Assert.Null(Read(connection => connection.GetAllEntriesFromHash(Key)));
    }

    [Fact]
    public void List_IsNewestFirst()
    {
        Commit(transaction =>
        {
            foreach (var item in new[] { "1", "2", "3", "2" })
            {
                transaction.InsertToList(Key, item);
            }
        });
        Assert.Equal(["2", "3", "2", "1"], Read(connection => connection.GetAllItemsFromList(Key)));
        Assert.Equal(["3", "2"], Read(connection => connection.GetRangeFromList(Key, 1, 2)));
        Assert.Equal(4, Read(connection => connection.GetListCount(Key)));
        Commit(transaction => transaction.RemoveFromList(Key, "2"));
        Assert.Equal(["3", "1"], Read(connection => connection.GetAllItemsFromList(Key)));
    }

    [Theory]
    [InlineData(0, 1, "4,3")]
    [InlineData(1, 2, "3,2")]
    [InlineData(0, 100, "4,3,2,1,0")]
    [InlineData(5, 100, "")]
    [InlineData(2, 1, "")]
    public void TrimList_KeepsRange(int from, int to, string kept)
    {
        Commit(transaction =>
        {
            transaction.InsertToList(Key + "other", "untouched");
            for (var i = 0; i < 5; i++)
            {
                transaction.InsertToList(Key, $"{i}");
            }

            transaction.TrimList(Key, from, to);
        });
        Assert.Equal(kept, string.Join(',', Read(connection => connection.GetAllItemsFromList(Key))));
        Assert.Equal(["untouched"], Read(connection => connection.GetAllItemsFromList(Key + "other")));
    }

    [Fact]
    public void Counter_AddsUp()
    {
        Commit(transaction =>
        {
            transaction.IncrementCounter(Key);
            transaction.IncrementCounter(Key, TimeSpan.FromHours(1));
            transaction.DecrementCounter(Key);
            transaction.IncrementCounter(Key);
            transaction.DecrementCounter(Key + "-", TimeSpan.FromHours(1));
        });
        Assert.Equal(2, Read(connection => connection.GetCounter(Key)));
        Assert.Equal(-1, Read(connection => connection.GetCounter(Key + "-")));
        Assert.Equal(0, Read(connection => connection.GetCounter(Key + "none")));
    }

    [Fact]
    public void Ttl_IsThatOfKey_OrNegative()
    {
        Commit(transaction =>
        {
            transaction.AddToSet(Key, "a");
            transaction.SetRangeInHash(Key, Fields("a"));
            transaction.InsertToList(Key, "a");
        });
        Assert.All(Read(connection => new[] { connection.GetSetTtl(Key), connection.GetHashTtl(Key), connection.GetListTtl(Key) }), ttl => Assert.True(ttl < TimeSpan.Zero));
        Commit(transaction =>
        {
            transaction.ExpireSet(Key, TimeSpan.FromHours(1));
            transaction.ExpireHash(Key, TimeSpan.FromHours(2));
            transaction.ExpireList(Key, TimeSpan.FromHours(3));
        });
        var (set, hash, list) = Read(connection => (connection.GetSetTtl(Key), connection.GetHashTtl(Key), connection.GetListTtl(Key)));
        Assert.InRange(set.TotalMinutes, 59, 60);
        Assert.InRange(hash.TotalMinutes, 119, 120);
        Assert.InRange(list.TotalMinutes, 179, 180);
        Commit(transaction =>
        {
            transaction.PersistSet(Key);
            transaction.PersistHash(Key);
            transaction.PersistList(Key);
        });
        Assert.All(Read(connection => new[] { connection.GetSetTtl(Key), connection.GetHashTtl(Key), connection.GetListTtl(Key) }), ttl => Assert.True(ttl < TimeSpan.Zero));
    }

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
            Assert.EndsWith(Key, Assert.Throws<DistributedLockTimeoutException>(() => second.AcquireDistributedLock(Key, TimeSpan.FromMilliseconds(20))).Resource, StringComparison.Ordinal);
        }

        using (second.AcquireDistributedLock(Key, TimeSpan.Zero))
        {
        }
    }

    [Fact]
    public void Monitor_ShowsJobsOfEachState()
    {
        var parent = CreateJob();
        var ids = new Dictionary<string, string>();
        foreach (var (name, data) in new (string, (string, string)[])[]
        {
            ("Processing", [("ServerId", "server"), ("StartedAt", "1770000000000")]),
            ("Scheduled", [("EnqueueAt", "1770000000000")]),
            ("Succeeded", [("PerformanceDuration", "12"), ("Latency", "30"), ("Result", "42")]),
            ("Failed", [("ExceptionType", "E"), ("ExceptionMessage", "M"), ("ExceptionDetails", "D")]),
            ("Deleted", []),
            ("Awaiting", [("ParentId", parent)]),
        })
        {
            ids[name] = CreateJob();
            Commit(transaction => transaction.SetJobState(ids[name], new TestState(name, "why", data)));
        }

        var monitor = (JobStorageMonitor)Storage.GetMonitoringApi();
        Assert.Equal("server", monitor.ProcessingJobs(0, 100).Single(job => job.Key == ids["Processing"]).Value.ServerId);
        Assert.Equal(2026, monitor.ScheduledJobs(0, 100).Single(job => job.Key == ids["Scheduled"]).Value.EnqueueAt.Year);
        Assert.Equal(42, monitor.SucceededJobs(0, 100).Single(job => job.Key == ids["Succeeded"]).Value.TotalDuration);
        var failed = monitor.FailedJobs(0, 100).Single(job => job.Key == ids["Failed"]).Value;
        Assert.Equal(("E", "M", "D", "why"), (failed.ExceptionType, failed.ExceptionMessage, failed.ExceptionDetails, failed.Reason));
        Assert.NotNull(monitor.DeletedJobs(0, 100).Single(job => job.Key == ids["Deleted"]).Value.DeletedAt);
        Assert.True(monitor.AwaitingJobs(0, 100).Single(job => job.Key == ids["Awaiting"]).Value.InAwaitingState);
        Assert.All([monitor.ProcessingCount(), monitor.ScheduledCount(), monitor.SucceededListCount(), monitor.FailedCount(), monitor.DeletedListCount(), monitor.AwaitingCount()], count => Assert.True(count > 0));
    }

    [Fact]
    public void Monitor_PagesNewestSucceededFirst()
    {
        var ids = Enumerable.Range(0, 5).Select(_ => CreateJob()).ToArray();
        foreach (var id in ids)
        {
            Commit(transaction => transaction.SetJobState(id, new TestState("Succeeded")));
        }

        var shown = Storage.GetMonitoringApi().SucceededJobs(0, 1000).Select(job => job.Key).Where(ids.Contains).ToArray();
        Assert.Equal(ids.Reverse(), shown);
        Assert.Single(Storage.GetMonitoringApi().SucceededJobs(1, 1));
    }

    [Fact]
    public void Monitor_ShowsQueue()
    {
        var ids = Enumerable.Range(0, 7).Select(_ => CreateJob()).ToArray();
        Commit(transaction =>
        {
            foreach (var id in ids)
            {
                transaction.SetJobState(id, new EnqueuedState(EnqueuedState.DefaultQueue));
                transaction.AddToQueue(Key, id);
            }
        });
        using var connection = Connection;
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var fetched = connection.FetchNextJob([Key], deadline.Token);
        var monitor = Storage.GetMonitoringApi();
        Assert.Equal(6, monitor.EnqueuedCount(Key));
        Assert.Equal(ids[1..], monitor.EnqueuedJobs(Key, 0, 100).Select(job => job.Key));
        Assert.Equal(ids[2], monitor.EnqueuedJobs(Key, 1, 1).Single().Key);
        var queue = monitor.Queues().Single(queue => queue.Name == Key);
        Assert.Equal((6, 5), (queue.Length, queue.FirstJobs.Count));
        Assert.True(queue.FirstJobs[0].Value.InEnqueuedState);
        fetched.RemoveFromQueue();
    }

    [Fact]
    public void Monitor_CountsByDayAndHour()
    {
        var now = TimeProvider.System.GetUtcNow();
        Commit(transaction =>
        {
            foreach (var state in new[] { "succeeded", "failed", "deleted" })
            {
                transaction.IncrementCounter($"stats:{state}:{now:yyyy-MM-dd}", TimeSpan.FromDays(1));
                transaction.IncrementCounter($"stats:{state}:{now:yyyy-MM-dd-HH}", TimeSpan.FromDays(1));
            }
        });
        var monitor = (JobStorageMonitor)Storage.GetMonitoringApi();
        Assert.All([monitor.SucceededByDatesCount(), monitor.FailedByDatesCount(), monitor.DeletedByDatesCount()], days => Assert.True(days.Count == 7 && days.Values.Sum() > 0));
        Assert.All([monitor.HourlySucceededJobs(), monitor.HourlyFailedJobs(), monitor.HourlyDeletedJobs()], hours => Assert.True(hours.Count == 24 && hours.Values.Sum() > 0));
    }

    [Fact]
    public void Monitor_GivesStatistics()
    {
        var before = Storage.GetMonitoringApi().GetStatistics();
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobState(id, new TestState("Failed"));
            transaction.AddToSet("retries", id);
            transaction.AddToSet("recurring-jobs", Key);
            transaction.IncrementCounter("stats:succeeded");
            transaction.IncrementCounter("stats:deleted");
        });
        var after = Storage.GetMonitoringApi().GetStatistics();
        Assert.Equal(
            (1L, 1L, 1L, 1L, 1L),
            (after.Failed - before.Failed, after.Retries - before.Retries ?? 1, after.Recurring - before.Recurring, after.Succeeded - before.Succeeded, after.Deleted - before.Deleted));
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

public sealed class MySqlConformanceTests(MySqlConformanceTests.Database database) : ConformanceTests, IClassFixture<MySqlConformanceTests.Database>
{
    protected override JobStorage Storage => database.Storage.Storage;

    [Fact]
    public void Features_OfThisStorageAreDeclared()
    {
        Assert.True(Storage.HasFeature(JobStorageFeatures.ProcessesInsteadOfComponents));
        Assert.True(Storage.HasFeature("TransactionalAcknowledge:MySqlFetchedJob"));
        Assert.True(Storage.LinearizableReads);
    }

    // Hangfire.InMemory differs in the following on purpose: it forgets an abandoned job, keeps a server's first word, its own clock, TTLs of -1 ms,
    // and a state's data by exact names

    [Fact]
    public void FetchedJob_ComesBack_WhenDisposedWithoutWord()
    {
        var id = CreateJob();
        Commit(transaction => transaction.AddToQueue(Key, id));
        for (var i = 0; i < 2; i++)
        {
            using var connection = Connection;
            using var deadline = new CancellationTokenSource(Wait.Deadline);
            using var fetched = connection.FetchNextJob([Key], deadline.Token);
            Assert.Equal(id, fetched.JobId);
        }
    }

    [Fact]
    public void AnnounceServer_ReplacesWhatServerHadSaid()
    {
        using var connection = Connection;
        connection.AnnounceServer(Key, new ServerContext { WorkerCount = 7, Queues = ["a"] });
        connection.AnnounceServer(Key, new ServerContext { WorkerCount = 8, Queues = ["a", "b"] });
        Assert.Equal(8, Storage.GetMonitoringApi().Servers().Single(s => s.Name == Key).WorkersCount);
    }

    [Fact]
    public void CreateExpiredJob_KeepsCreationTimeAndStateNamesInAnyCase()
    {
        var id = CreateJob();
        Commit(transaction => transaction.SetJobState(id, new TestState("Named", null, ("Key", "value"))));
        Assert.Equal(CreatedAt, Read(connection => connection.GetJobData(id)).CreatedAt);
        Assert.Equal("value", Read(connection => connection.GetStateData(id)).Data["KEY"]);
        Assert.Equal(TimeSpan.FromSeconds(-1), Read(connection => connection.GetSetTtl(Key)));
    }

    public sealed class Database : IDisposable
    {
        public TestStorage Storage { get; } = new(nameof(MySqlConformanceTests));

        public void Dispose() => Storage.Dispose();
    }
}

public sealed class InMemoryConformanceTests : ConformanceTests, IDisposable
{
    private readonly InMemoryStorage _storage = new(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long });

    protected override JobStorage Storage => _storage;

    public void Dispose() => _storage.Dispose();
}
