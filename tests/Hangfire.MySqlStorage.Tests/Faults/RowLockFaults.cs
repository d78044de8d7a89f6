using Hangfire.MySql;
using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;
using PinScheduler.Tests;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>
/// Rows of a table are locked by somebody else: work on the other rows does not wait for them. For long lists of ids in small tables the
/// optimizer prefers to scan the table, and would.
/// </summary>
public sealed class RowLockFaults : IDisposable
{
    private const int Jobs = 40;

    private readonly TestStorage _database = new(nameof(RowLockFaults));
    private readonly MySqlConnection _other;
    private readonly MySqlTransaction _holding;

    public RowLockFaults()
    {
        _other = new MySqlConnection(_database.ConnectionString);
        _other.Open();
        _holding = _other.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
    }

    public void Dispose()
    {
        _holding.Dispose();
        _other.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Counters_AreAddedUp_WhileOthersHoldSomeOfThem()
    {
        _database.Execute($"insert into Counter (`Key`, `Value`) values {string.Join(", ", Enumerable.Repeat("('count', 1)", 1500))}");
        Lock("Counter", every: 100);
        await Promptly(() => new CountersAggregator(_database.Storage).RunOnce(CancellationToken.None));
        Assert.Equal(1485, _database.Scalar<long>("select `Value` from AggregatedCounter"));
    }

    [Fact]
    public async Task ExpiredJobs_AreRemoved_WhileOthersHoldSomeOfThem()
    {
        Enqueue();
        _database.Execute("update Job set ExpireAt = utc_timestamp(6) - interval 1 hour");
        Lock("Job", every: 10);
        await Promptly(() => new ExpirationManager(_database.Storage).RunOnce(CancellationToken.None));
        Assert.Equal(Jobs / 10, _database.Scalar<long>("select count(*) from Job"));
    }

    [Fact]
    public async Task QueueRows_AreClaimedRenewedAndGivenBack_WhileOthersHoldSomeOfThem()
    {
        Enqueue();
        Lock("JobQueue", every: 2);
        await Promptly(() =>
        {
            using var storage = _database.Another();
            // workers that wait together are served together, and so are their jobs renewed
            Parallel.For(0, Jobs / 2, new ParallelOptions { MaxDegreeOfParallelism = Jobs / 2 }, i =>
            {
                using var connection = storage.GetConnection();
                using var deadline = new CancellationTokenSource(Wait.Deadline);
                using var fetched = connection.FetchNextJob(["default"], deadline.Token);
                storage.Leases.Renew();
                if (i % 2 == 0)
                {
                    fetched.RemoveFromQueue();
                }
            });
        });
        Assert.Equal(Jobs * 3 / 4, _database.Scalar<long>("select count(*) from JobQueue"));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(1500)]
    public async Task ValuesOfSet_AreRemoved_WhileOthersHoldSomeOfThem(int values)
    {
        _database.Execute($"insert into `Set` (Id, `Key`, `Value`, Score) select seq, 'key', concat('v', seq), seq from {MariaDb.Numbers(values)}");
        Lock("`Set`", every: 10);
        await Promptly(() => Commit(transaction => Others(values).ForEach(i => transaction.RemoveFromSet("key", $"v{i}"))));
        Assert.Equal(values / 10, _database.Scalar<long>("select count(*) from `Set`"));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(300)]
    public async Task StatesOfJobs_AreWritten_WhileOthersHoldSomeOfThem(int jobs)
    {
        _database.Execute($"insert into Job (Id, InvocationData, Arguments, CreatedAt, StateName) select seq, '', '', utc_timestamp(6), 'Old' from {MariaDb.Numbers(jobs)}");
        Lock("Job", every: 10);
        await Promptly(() => Commit(transaction => Others(jobs).ForEach(i =>
        {
            transaction.SetJobState($"{i}", new TestState("New"));
            transaction.SetJobParameter($"{i}", "p", "v");
        })));
        Assert.Equal(jobs - (jobs / 10), _database.Scalar<long>("select count(*) from Job j inner join State s on s.Id = j.StateId and s.JobId = j.Id where j.StateName = 'New'"));
        Assert.Equal(jobs - (jobs / 10), _database.Scalar<long>("select count(*) from JobParameter"));
    }

    [Fact]
    public async Task Commit_LocksKeptAndAcknowledgedRowsInOneOrder()
    {
        Enqueue();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var first = _database.Storage.GetConnection();
        using var second = (JobStorageConnection)_database.Storage.GetConnection();
        using var acknowledged = (MySqlFetchedJob)first.FetchNextJob(["default"], deadline.Token);
        using var kept = (MySqlFetchedJob)second.FetchNextJob(["default"], deadline.Token);
        Assert.True(acknowledged.RowId < kept.RowId);
        using (var hold = new MySqlCommand($"select Id from JobQueue where Id = {acknowledged.RowId} for update", _other, _holding))
        {
            hold.ExecuteScalar();
        }

        var commits = Task.Factory.StartNew(
            () =>
            {
                using var transaction = (JobStorageTransaction)second.CreateWriteTransaction();
                transaction.RemoveFromQueue(acknowledged);
                transaction.IncrementCounter("done");
                transaction.Commit();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (var look = 0; look < 20; look++)
        {
            Wait.Until(() => _database.Scalar<long>("select count(*) from information_schema.processlist where db = database() and info like '%straight_join `JobQueue`%' and id <> connection_id()") > 0, "the commit to wait");
            // it waits for the lower row with nothing in its hands that the heartbeat, on its way up, could wait for
            Assert.Equal(kept.RowId, _database.Scalar<long>($"select Id from JobQueue where Id = {kept.RowId} for update skip locked"));
        }

        Assert.False(commits.IsCompleted);
        _holding.Dispose();
        await commits.WaitAsync(Wait.Deadline);
        Assert.Equal(1, second.GetCounter("done"));
    }

    private static List<int> Others(int count) => Enumerable.Range(1, count).Where(i => i % 10 != 0).ToList();

    private void Commit(Action<JobStorageTransaction> write)
    {
        using var connection = _database.Storage.GetConnection();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        write(transaction);
        transaction.Commit();
    }

    private void Enqueue()
    {
        var client = new BackgroundJobClient(_database.Storage);
        for (var i = 0; i < Jobs; i++)
        {
            client.Enqueue(() => Support.Jobs.Nothing());
        }
    }

    /// <summary>One by one: a scan would lock all.</summary>
    private void Lock(string table, int every)
    {
        for (var id = every; id <= _database.Scalar<int>($"select max(Id) from {table}"); id += every)
        {
            using var command = new MySqlCommand($"select Id from {table} where Id = {id} for update", _other, _holding);
            command.ExecuteScalar();
        }
    }

    /// <summary>Sooner than a statement gives up to wait for a lock, which is 50 s.</summary>
    private static Task Promptly(Action action) => Task.Run(action).WaitAsync(Wait.Deadline);
}
