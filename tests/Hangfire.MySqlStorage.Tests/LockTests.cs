using System.Diagnostics;
using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

public sealed class LockTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(LockTests));
    private readonly JobStorageConnection _first;
    private readonly JobStorageConnection _second;

    public LockTests()
    {
        _first = (JobStorageConnection)_database.Storage.GetConnection();
        _second = (JobStorageConnection)_database.Storage.GetConnection();
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _database.Dispose();
    }

    private long? Owner(string resource) => _database.Scalar<long?>($"select is_used_lock('{_database.Storage.LockName.Of(resource)}')");

    [Fact]
    public void Lock_ExcludesOthers_UntilReleased()
    {
        var held = _first.AcquireDistributedLock("res", TimeSpan.Zero);
        Assert.Equal("res", Assert.ThrowsAny<DistributedLockTimeoutException>(() => _second.AcquireDistributedLock("res", TimeSpan.FromMilliseconds(50))).Resource);
        using (_second.AcquireDistributedLock("another", TimeSpan.Zero))
        {
        }

        held.Dispose();
        using (_second.AcquireDistributedLock("res", TimeSpan.Zero))
        {
        }
    }

    [Fact]
    public async Task Lock_IsHandedOver_WhenReleasedWhileAnotherWaits()
    {
        var held = _first.AcquireDistributedLock("res", TimeSpan.Zero);
        using var got = new ManualResetEvent(false);
        var waiter = Task.Run(() =>
        {
            using (_second.AcquireDistributedLock("res", TimeSpan.FromSeconds(20)))
            {
                got.Set();
            }
        });
        Wait.Until(() => _database.Scalar<long>("select count(*) from information_schema.processlist where info like '%get_lock%' and state = 'User lock'") > 0, "the second to wait");
        Assert.False(got.WaitOne(0));
        held.Dispose();
        Wait.For(got, "the lock");
        await waiter;
    }

    [Fact]
    public void Lock_IsReentrant_PerConnection()
    {
        var outer = _first.AcquireDistributedLock("res", TimeSpan.Zero);
        var inner = _first.AcquireDistributedLock("res", TimeSpan.Zero);
        inner.Dispose();
        inner.Dispose();
        Assert.ThrowsAny<DistributedLockTimeoutException>(() => _second.AcquireDistributedLock("res", TimeSpan.Zero));
        outer.Dispose();
        Assert.Null(Owner("res"));
    }

    [Fact]
    public void Lock_ExcludesAllOthers_UnderContention()
    {
        var (inside, most, entries) = (0, 0, 0);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            using var connection = _database.Storage.GetConnection();
            for (var i = 0; i < 20; i++)
            {
                using (connection.AcquireDistributedLock("contended", TimeSpan.FromSeconds(20)))
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    entries++;
                    Interlocked.Decrement(ref inside);
                }
            }
        });
        Assert.Equal((1, 160), (most, entries));
    }

    [Fact]
    public void Lock_IsFree_WhenItsConnectionIsDisposed()
    {
        _first.AcquireDistributedLock("a", TimeSpan.Zero);
        _first.AcquireDistributedLock("b", TimeSpan.Zero);
        _first.Dispose();
        Assert.Null(Owner("a"));
        Assert.Null(Owner("b"));
    }

    [Fact]
    public void Lock_IsOne_ForPrefixesThatDifferInCase_BecauseTheirTablesAre()
    {
        using var database = new TestStorage("prefixcase", options => options.TablesPrefix = "ph_");
        using var other = database.Another(options => options.TablesPrefix = "PH_");
        var job = new BackgroundJobClient(database.Storage).Enqueue(() => Jobs.Nothing());
        using var first = (JobStorageConnection)database.Storage.GetConnection();
        using var second = (JobStorageConnection)other.GetConnection();
        Assert.NotNull(second.GetJobData(job));
        foreach (var resource in (string[])["resource", $"job:{job}:state-lock"])
        {
            using (first.AcquireDistributedLock(resource, TimeSpan.Zero))
            {
                Assert.ThrowsAny<DistributedLockTimeoutException>(() => second.AcquireDistributedLock(resource, TimeSpan.Zero));
            }
        }
    }

    [Fact]
    public void Lock_NamesDifferByCaseAndPrefix()
    {
        using var other = _database.Another(options => options.TablesPrefix = "Other_");
        using var connection = other.GetConnection();
        using (_first.AcquireDistributedLock("res", TimeSpan.Zero))
        using (_second.AcquireDistributedLock("RES", TimeSpan.Zero))
        using (connection.AcquireDistributedLock("res", TimeSpan.Zero))
        {
        }
    }

    [Fact]
    public void Lock_FencesWrites_WhenItsSessionIsKilled()
    {
        using (var held = _first.AcquireDistributedLock("res", TimeSpan.Zero))
        {
            _database.Execute($"kill {Owner("res")}");
            Wait.Until(() => Owner("res") is null, "the lock to be free");
            using (_second.AcquireDistributedLock("res", TimeSpan.Zero))
            {
                for (var i = 0; i < 3; i++)
                {
                    using var transaction = _first.CreateWriteTransaction();
                    transaction.IncrementCounter("late");
                    Assert.Throws<DistributedLockLostException>(transaction.Commit);
                    Assert.Throws<DistributedLockLostException>(() => _first.SetRangeInHash("late", new Dictionary<string, string> { ["a"] = "b" }));
                    Assert.Throws<DistributedLockLostException>(() => _first.AcquireDistributedLock("res", TimeSpan.Zero));
                }
            }
        }

        Assert.Equal(0, _first.GetCounter("late"));
        // with the lock given back, the connection is as new
        using (_first.AcquireDistributedLock("res", TimeSpan.Zero))
        {
            _first.SetRangeInHash("now", new Dictionary<string, string> { ["a"] = "b" });
        }

        Assert.Equal("b", _second.GetValueFromHash("now", "a"));
    }

    [Fact]
    public void Lock_OfTransaction_LastsUntilCommitOrDispose()
    {
        using (var transaction = (JobStorageTransaction)_first.CreateWriteTransaction())
        {
            transaction.AcquireDistributedLock("tx", TimeSpan.Zero);
            transaction.IncrementCounter("tx");
            Assert.NotNull(Owner("tx"));
            transaction.Commit();
            Assert.Null(Owner("tx"));
        }

        using (var transaction = (JobStorageTransaction)_first.CreateWriteTransaction())
        {
            transaction.AcquireDistributedLock("tx", TimeSpan.Zero);
        }

        Assert.Null(Owner("tx"));
        Assert.Equal(1, _second.GetCounter("tx"));
    }

    [Fact]
    public async Task Lock_TimesOut_WhenTwoSessionsWaitForEachOther()
    {
        using var a = _first.AcquireDistributedLock("a", TimeSpan.Zero);
        using var b = _second.AcquireDistributedLock("b", TimeSpan.Zero);
        var started = Stopwatch.GetTimestamp();
        var waits = Task.Run(() => Assert.ThrowsAny<DistributedLockTimeoutException>(() => _first.AcquireDistributedLock("b", TimeSpan.FromMilliseconds(500))));
        Assert.ThrowsAny<DistributedLockTimeoutException>(() => _second.AcquireDistributedLock("a", TimeSpan.FromMilliseconds(500)));
        await waits;
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.4, 10);
    }
}
