using System.Globalization;
using System.Transactions;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Schema;
using Hangfire.MySql.Sql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests;

public sealed class TransactionTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(TransactionTests));
    private readonly JobStorageConnection _connection;

    public TransactionTests() => _connection = (JobStorageConnection)_database.Storage.GetConnection();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    private JobStorageTransaction Begin() => (JobStorageTransaction)_connection.CreateWriteTransaction();

    private long Rows(string table) => _database.Scalar<long>($"select count(*) from `{table}`");

    private void CreateGraph(JobStorageTransaction transaction, List<string> ids)
    {
        for (var i = 0; i < 1000; i++)
        {
            var id = transaction.CreateJob(TestJobs.Run($"{i}"), new Dictionary<string, string> { ["Number"] = $"{i}", ["Emoji"] = "😀" }, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), TimeSpan.FromDays(1));
            ids.Add(id);
            if (i % 2 == 0)
            {
                transaction.SetJobState(id, new EnqueuedState());
                transaction.AddToQueue("default", id);
                transaction.PersistJob(id);
            }
            else
            {
                var parent = ids[i - 1];
                transaction.SetJobParameter(parent, "Continuations", $"[{{\"JobId\":\"{id}\"}}]");
                transaction.SetJobState(id, new TestState("Awaiting", "waits", ("ParentId", parent)));
            }
        }
    }

    [Fact]
    public void CreateJob_CommitsThousandJobsAtOnce_WithIdsKnownBefore()
    {
        var ids = new List<string>();
        using (var transaction = Begin())
        {
            CreateGraph(transaction, ids);
            Assert.Equal(1000, ids.Distinct().Count());
            Assert.Equal(0, Rows("Job"));
            transaction.Commit();
        }

        Assert.Equal(1000, Rows("Job"));
        Assert.Equal(500, Rows("JobQueue"));
        Assert.Equal(1000, Rows("State"));
        var data = _connection.GetJobData(ids[2]);
        Assert.Equal("Enqueued", data.State);
        Assert.Equal("2", data.Job.Args[1]);
        Assert.Equal("2", data.ParametersSnapshot["Number"]);
        Assert.Equal("😀", data.ParametersSnapshot["Emoji"]);
        Assert.Contains(ids[3], data.ParametersSnapshot["Continuations"], StringComparison.Ordinal);
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), data.CreatedAt);
        var state = _connection.GetStateData(ids[3]);
        Assert.Equal(("Awaiting", "waits", ids[2]), (state.Name, state.Reason, state.Data["parentid"]));
        Assert.Equal(500, _database.Scalar<long>("select count(*) from Job where ExpireAt is null"));
        Assert.Equal(ids.Where((_, i) => i % 2 == 0), Queue());
    }

    private List<string> Queue()
    {
        var ids = _database.Scalar<string>("set session group_concat_max_len = 1000000; select group_concat(JobId order by Id) from JobQueue");
        return [.. ids.Split(',')];
    }

    [Fact]
    public void Commit_WritesNothing_WhenItsLastCommandFails()
    {
        using (var transaction = Begin())
        {
            CreateGraph(transaction, []);
            transaction.AddToSet(new string('k', 300), "a key of 300 characters is too long");
            Assert.Throws<MySqlException>(transaction.Commit);
        }

        Assert.Equal(0, Rows("Job") + Rows("State") + Rows("JobParameter") + Rows("JobQueue"));
        // the session that failed went back to the pool without an open transaction
        using var next = Begin();
        next.IncrementCounter("after");
        next.Commit();
        Assert.Equal(1, _database.Scalar<long>("select count(*) from Counter"));
    }

    [Fact]
    public void Commit_LeavesNoTransactionOpen_WhenItFails()
    {
        var id = new BackgroundJobClient(_database.Storage).Enqueue(() => Jobs.Nothing());
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var fetched = _connection.FetchNextJob(["default"], deadline.Token);
        using (var transaction = Begin())
        {
            transaction.RemoveFromQueue(fetched);
            transaction.AddToSet(new string('k', 300), "a key of 300 characters is too long");
            Assert.Throws<MySqlException>(transaction.Commit);
        }

        // would wait for the row that the failed transaction has deleted, were it open still
        Assert.Equal(id, _database.Scalar<string>("select JobId from JobQueue for update nowait"));
    }

    [Fact]
    public void CreateJob_GivesIdsNobodyElseGets_WhenManyCreate()
    {
        var ids = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 8, i =>
        {
            using var connection = (JobStorageConnection)_database.Storage.GetConnection();
            for (var n = 0; n < 10; n++)
            {
                ids.Add(connection.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1)));
                using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
                for (var k = 0; k < 5; k++)
                {
                    ids.Add(transaction.CreateJob(TestJobs.Nothing(), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1)));
                }

                transaction.Commit();
            }
        });
        Assert.Equal(480, ids.Distinct().Count());
        Assert.Equal(480, Rows("Job"));
    }

    [Fact]
    public void Commit_TakesTwoThousandCommandsOfTheScheduler()
    {
        using (var transaction = Begin())
        {
            for (var i = 0; i < 1000; i++)
            {
                transaction.AddToSet("schedule", $"default:{i}", i);
            }

            transaction.Commit();
        }

        var due = _connection.GetFirstByLowestScoreFromSet("schedule", 0, 2000, 1000);
        Assert.Equal(1000, due.Count);
        using (var transaction = Begin())
        {
            foreach (var entry in due)
            {
                transaction.RemoveFromSet("schedule", entry);
                transaction.AddToQueue("default", entry.Split(':')[1]);
            }

            transaction.Commit();
        }

        Assert.Equal(0, Rows("Set"));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), Queue());
    }

    [Fact]
    public void Commit_SurvivesDeadlocks_WhenManyWriteTheSameKeysInAnyOrder()
    {
        var ids = Enumerable.Range(0, 20).Select(_ => _connection.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1))).ToArray();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, worker =>
        {
            var random = new Random(worker);
            using var connection = (JobStorageConnection)_database.Storage.GetConnection();
            for (var round = 0; round < 25; round++)
            {
                using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
                foreach (var id in ids.OrderBy(_ => random.Next()).Take(10))
                {
                    transaction.SetJobState(id, new TestState($"S{worker}"));
                    transaction.AddToSet("set", id, random.NextDouble());
                    transaction.RemoveFromSet("set", ids[random.Next(20)]);
                    transaction.SetRangeInHash("hash", new Dictionary<string, string> { [id] = "x" });
                }

                transaction.Commit();
            }
        });
        Assert.Equal(8 * 25 * 10, Rows("State"));
    }

    [Fact]
    public void Commit_StandsApartFromAmbientTransaction()
    {
        string id;
        using (new TransactionScope())
        {
            id = new BackgroundJobClient(_database.Storage).Enqueue(() => Jobs.Nothing());
            using (_connection.AcquireDistributedLock("ambient", TimeSpan.FromSeconds(1)))
            {
                using var transaction = Begin();
                transaction.IncrementCounter("ambient");
                transaction.Commit();
            }
        }

        Assert.Equal("Enqueued", _connection.GetJobData(id).State);
        Assert.Equal(1, _connection.GetCounter("ambient"));
        Assert.Null(_database.Scalar<string>("xa recover"));
    }

    [Fact]
    public void Dispose_WritesNothing_WithoutCommit()
    {
        using (var transaction = Begin())
        {
            transaction.IncrementCounter("never");
            transaction.CreateJob(TestJobs.Nothing(), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1));
        }

        Assert.Equal(0, Rows("Counter") + Rows("Job"));
    }

    [Fact]
    public void AddToQueue_SaysWhatIsWrong_WhenIdIsNone()
    {
        using var transaction = Begin();
        Assert.Contains("'abc'", Assert.Throws<ArgumentException>(() => transaction.AddToQueue("default", "abc")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SetJobParameter_LeavesNoRow_WhenJobIsMissing()
    {
        _connection.SetJobParameter("123456", "Name", "value");
        Assert.Equal(0, Rows("JobParameter"));
    }

    [Fact]
    public void Names_MayBeLong()
    {
        var id = _connection.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string> { [new string('p', 250)] = "x" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));
        using (var transaction = Begin())
        {
            transaction.SetJobState(id, new TestState("Long", new string('r', 2048) + "😀"));
            transaction.AddToSet(new string('k', 250), new string('v', 500));
            transaction.Commit();
        }

        _connection.AnnounceServer(new string('s', 300), new Server.ServerContext { WorkerCount = 1, Queues = ["default"] });
        Assert.EndsWith("😀", _connection.GetStateData(id).Reason, StringComparison.Ordinal);
        Assert.Equal(300, _database.Storage.GetMonitoringApi().Servers().Single().Name.Length);
    }

    /// <summary>The server answers each statement by itself, and each answer wakes the client.</summary>
    [Fact]
    public void Commit_IsOneStatement_WhereTheServerKnowsBlocks()
    {
        using var connection = _database.Storage.Database.OpenUnpooled();
        var writes = new WriteSet(_database.Storage.Database.Tables);
        writes.List("key", new InsertToList("value"));
        writes.Set("key", new AddToSet(["value"], 1));
        long Asked() => connection.Query($"show session status like 'Questions'", row => long.Parse(row.GetString(1), CultureInfo.InvariantCulture))[0];
        var before = Asked();
        var packets = writes.Packets();
        writes.Send(connection, packets);
        // elsewhere the start of the transaction and each of its statements, and the question itself
        Assert.Equal(ServerVersion.IsMariaDb(connection) ? 2 : packets[0].Statements + 2, Asked() - before);
        Assert.Equal((1, 1), (Rows("List"), Rows("Set")));
    }

    [Fact]
    public void Append_LeavesTheAppendedAsTheyAre()
    {
        var tables = _database.Storage.Database.Tables;
        var written = new[] { "a", "b" }.Select(value =>
        {
            var writes = new WriteSet(tables);
            writes.List("key", new InsertToList(value));
            writes.Set("key", new AddToSet([value], 1));
            writes.Set("other", new RemoveFromSet(value));
            return writes;
        }).ToList();
        var sizes = written.ConvertAll(writes => writes.Packets()[0].Size);
        var all = new WriteSet(tables);
        written.ForEach(all.Append);
        Assert.Equal(sizes, written.ConvertAll(writes => writes.Packets()[0].Size));
    }
}
