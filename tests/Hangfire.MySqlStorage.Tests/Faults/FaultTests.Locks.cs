using System.Diagnostics;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;
using PinScheduler.Tests;

namespace Hangfire.MySqlStorage.Tests.Faults;

public sealed partial class FaultTests
{
    private long? Owner(string resource) => _database.Scalar<long?>($"select is_used_lock('{_database.Storage.LockName.Of(resource)}')");

    [Fact]
    public void Fault02_Lock_IsTaken_BeforeItsHandleIsGiven()
    {
        using var connection = Connect();
        using (connection.AcquireDistributedLock("JobQueue", TimeSpan.Zero))
        {
            Assert.NotNull(Owner("JobQueue"));
            // and fetching needs none
            Client.Enqueue(() => Jobs.Nothing());
            using var other = Connect();
            Fetch(other).RemoveFromQueue();
        }

        Assert.Null(Owner("JobQueue"));
    }

    [Fact]
    public void Fault03_Lock_IsNotStolen_WhenHeldForLongerThanOthersWait()
    {
        using var holder = Connect();
        using var held = holder.AcquireDistributedLock("resource", TimeSpan.Zero);
        var owner = Owner("resource");
        for (var i = 0; i < 5; i++)
        {
            using var waiter = Connect();
            Assert.ThrowsAny<DistributedLockTimeoutException>(() => waiter.AcquireDistributedLock("resource", TimeSpan.FromMilliseconds(20)));
        }

        Assert.Equal(owner, Owner("resource"));
    }

    [Fact]
    public void Fault03_Lock_IsFreeAtOnce_WhenItsHolderDies()
    {
        using var holder = Connect();
        var held = holder.AcquireDistributedLock("resource", TimeSpan.Zero);
        _database.Execute($"kill {Owner("resource")}");
        var started = Stopwatch.GetTimestamp();
        using var next = Connect();
        using var taken = next.AcquireDistributedLock("resource", TimeSpan.FromSeconds(30));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);

        // the dead holder's release must not free what another holds now
        held.Dispose();
        Assert.NotNull(Owner("resource"));
    }

    [Fact]
    public void Fault03_WriteUnderLostLock_IsNotDone()
    {
        using var holder = Connect();
        using var held = holder.AcquireDistributedLock("resource", TimeSpan.Zero);
        _database.Execute($"kill {Owner("resource")}");
        Assert.ThrowsAny<Exception>(() => Commit(holder, transaction => transaction.IncrementCounter("late")));
        using var other = Connect();
        Assert.Equal(0, other.GetCounter("late"));
    }

    [Fact]
    public async Task Fault19_Processes_DoNotWaitForEachOther_WhenTheyTouchDifferentJobs()
    {
        var (slow, quick) = (Client.Enqueue(() => Jobs.Nothing()), Client.Enqueue(() => Jobs.Nothing()));
        await using var session = new MySqlConnection(_database.ConnectionString);
        await session.OpenAsync();
        await using var hold = await session.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted);
        await using var command = new MySqlCommand($"select 1 from Job where Id = {slow} for update", session, hold);
        await command.ExecuteScalarAsync();
        var waiting = Task.Run(() =>
        {
            using var another = Connect();
            Commit(another, transaction => transaction.SetJobState(slow, new TestState("Slow")));
        });
        Wait.Until(() => _database.Scalar<long>($"select count(*) from information_schema.processlist where db = '{Database}' and info like '%update%Job%' and id <> connection_id()") > 0, "a commit to wait for the row");

        // with one lock around every commit, enqueue and fetch of all processes, all of this would wait too
        using var other = _database.Another();
        using var connection = (JobStorageConnection)other.GetConnection();
        Commit(connection, transaction => transaction.SetJobState(quick, new TestState("Quick")));
        new BackgroundJobClient(other).Enqueue(() => Jobs.Nothing());
        Fetch(connection).RemoveFromQueue();
        Assert.False(waiting.IsCompleted);
        await hold.RollbackAsync();
        await waiting;
    }

    [Fact]
    public void Fault19_Locks_OfTwoDatabasesOnOneServer_AreTwo()
    {
        using var elsewhere = new TestStorage("faultelsewhere");
        using var here = Connect();
        using var there = elsewhere.Storage.GetConnection();
        using (here.AcquireDistributedLock("resource", TimeSpan.Zero))
        using (there.AcquireDistributedLock("resource", TimeSpan.Zero))
        {
        }
    }

    [Fact]
    public void Fault20_TimeOut_IsTheExceptionThatHangfireKnows()
    {
        using var holder = Connect();
        using var waiter = Connect();
        // "another server did it": Hangfire's schedulers say nothing when the resource ends so
        foreach (var resource in new[] { "locks:schedulepoller", "recurring-jobs:lock" })
        {
            using var held = holder.AcquireDistributedLock(resource, TimeSpan.Zero);
            var error = Assert.ThrowsAny<DistributedLockTimeoutException>(() => waiter.AcquireDistributedLock(resource, TimeSpan.Zero));
            Assert.EndsWith(resource, error.Resource, StringComparison.Ordinal);
        }
    }
}
