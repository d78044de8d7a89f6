using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using PinScheduler.Tests;

namespace Hangfire.MySqlStorage.Tests;

public sealed class MaintenanceTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(MaintenanceTests));
    private readonly JobStorageConnection _connection;

    public MaintenanceTests() => _connection = (JobStorageConnection)_database.Storage.GetConnection();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Expiration_RemovesExpiredRowsOnly()
    {
        string Job(TimeSpan expireIn) => _connection.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string> { ["p"] = "v" }, DateTime.UnixEpoch, expireIn);
        var past = TimeSpan.FromMinutes(-1);
        var (expired, kept) = (Job(past), Job(TimeSpan.FromHours(1)));
        using (var transaction = (JobStorageTransaction)_connection.CreateWriteTransaction())
        {
            transaction.AddJobState(expired, new TestState("Old"));
            transaction.AddJobState(kept, new TestState("Young"));
            foreach (var (key, end) in new[] { ("old", past), ("young", TimeSpan.FromHours(1)) })
            {
                transaction.AddRangeToSet(key, ["a", "b"]);
                transaction.ExpireSet(key, end);
                transaction.SetRangeInHash(key, [KeyValuePair.Create("a", "b")]);
                transaction.ExpireHash(key, end);
                transaction.InsertToList(key, "a");
                transaction.ExpireList(key, end);
                transaction.IncrementCounter(key, end);
            }

            transaction.IncrementCounter("eternal");
            transaction.Commit();
        }

        new CountersAggregator(_database.Storage).RunOnce(CancellationToken.None);
        Assert.Equal(6, new ExpirationManager(_database.Storage).RunOnce(CancellationToken.None));
        Assert.Null(_connection.GetJobData(expired));
        Assert.Equal((1L, 1L, 1L), (_database.Scalar<long>("select count(*) from Job"), _database.Scalar<long>("select count(*) from JobParameter"), _database.Scalar<long>("select count(*) from State")));
        Assert.NotNull(_connection.GetJobData(kept));
        Assert.Equal((0, 2), (_connection.GetSetCount("old"), _connection.GetSetCount("young")));
        Assert.Equal((0, 1), (_connection.GetHashCount("old"), _connection.GetHashCount("young")));
        Assert.Equal((0, 1), (_connection.GetListCount("old"), _connection.GetListCount("young")));
        Assert.Equal((0, 1, 1), (_connection.GetCounter("old"), _connection.GetCounter("young"), _connection.GetCounter("eternal")));
    }

    [Fact]
    public void Expiration_LeavesWorkToAnother_WhoHoldsItsLock()
    {
        _connection.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromMinutes(-1));
        var manager = new ExpirationManager(_database.Storage);
        using (_connection.AcquireDistributedLock("locks:expirationmanager", TimeSpan.Zero))
        {
            Assert.Equal(0, manager.RunOnce(CancellationToken.None));
        }

        Assert.Equal(1, manager.RunOnce(CancellationToken.None));
    }

    [Fact]
    public void Expiration_RemovesMoreThanOneBatch()
    {
        _database.Execute($"insert into List (`Key`, `Value`, ExpireAt) select 'k', seq, utc_timestamp(6) - interval 1 hour from {MariaDb.Numbers(2500)}");
        Assert.Equal(2500, new ExpirationManager(_database.Storage).RunOnce(CancellationToken.None));
    }

    [Fact]
    public void Counters_AddUpExactly_WhenSeveralAggregateWhileOthersCount()
    {
        Parallel.For(0, 6, i =>
        {
            using var connection = (JobStorageConnection)_database.Storage.GetConnection();
            for (var n = 0; n < 100; n++)
            {
                using var transaction = connection.CreateWriteTransaction();
                transaction.IncrementCounter("a");
                transaction.IncrementCounter("b", TimeSpan.FromDays(1));
                transaction.DecrementCounter("c");
                transaction.Commit();
                if (n % 20 == 0)
                {
                    new CountersAggregator(_database.Storage).RunOnce(CancellationToken.None);
                }
            }
        });
        new CountersAggregator(_database.Storage).RunOnce(CancellationToken.None);
        Assert.Equal(0, _database.Scalar<long>("select count(*) from Counter"));
        Assert.Equal((600, 600, -600), (_connection.GetCounter("a"), _connection.GetCounter("b"), _connection.GetCounter("c")));
        Assert.Equal(1, _database.Scalar<long>("select count(*) from AggregatedCounter where ExpireAt is not null"));
    }
}
