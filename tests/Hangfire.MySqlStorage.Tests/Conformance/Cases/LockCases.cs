using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

public sealed class LockCases(StorageUnderTest subject) : StorageCases(subject)
{
    private void AssertFree(string resource = Key) => Do(connection => connection.AcquireDistributedLock(resource, TimeSpan.Zero).Dispose());

    private void AssertHeld(string resource = Key) =>
        Assert.ThrowsAny<DistributedLockTimeoutException>(() => Do(connection => connection.AcquireDistributedLock(resource, TimeSpan.Zero).Dispose()));

    [Row(0)]
    [Row(100)]
    public void Lock_TimesOut_WhenAnotherConnectionHoldsIt(int milliseconds)
    {
        using var connection = Connect();
        using var held = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        var error = Assert.ThrowsAny<DistributedLockTimeoutException>(() => Do(other => other.AcquireDistributedLock(Key, TimeSpan.FromMilliseconds(milliseconds)).Dispose()));
        // Hangfire's schedulers look at how this ends
        Assert.EndsWith(Key, error.Resource, StringComparison.Ordinal);
    }

    [Row(0)]
    [Row(1000)]
    public void Lock_IsGranted_WhenFree(int milliseconds) =>
        Do(connection => connection.AcquireDistributedLock(Key, TimeSpan.FromMilliseconds(milliseconds)).Dispose());

    public void Lock_IsFree_AfterDispose()
    {
        using var connection = Connect();
        connection.AcquireDistributedLock(Key, TimeSpan.Zero).Dispose();
        AssertFree();
    }

    public void Lock_MayBeTakenAgain_ByTheSameConnection()
    {
        using var connection = Connect();
        for (var i = 0; i < 5; i++)
        {
            connection.AcquireDistributedLock(Key, TimeSpan.Zero).Dispose();
        }

        AssertFree();
    }

    public void Lock_OfOneResource_LeavesAnotherFree()
    {
        using var connection = Connect();
        using var held = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        AssertFree("another");
    }

    public void Lock_DistinguishesCase()
    {
        using var connection = Connect();
        using var held = connection.AcquireDistributedLock("resource", TimeSpan.Zero);
        AssertFree("RESOURCE");
    }

    public void Lock_IsReentrant_PerConnection()
    {
        using var connection = Connect();
        var outer = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        var inner = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        inner.Dispose();
        AssertHeld();
        outer.Dispose();
        AssertFree();
    }

    public void Lock_IsHeld_UntilBothAreReleased_InAnyOrder()
    {
        using var connection = Connect();
        var outer = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        var inner = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        outer.Dispose();
        AssertHeld();
        inner.Dispose();
        AssertFree();
    }

    public void Lock_IsReleasedOnce_WhenDisposedTwice()
    {
        using var connection = Connect();
        using var outer = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        var inner = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        inner.Dispose();
        inner.Dispose();
        AssertHeld();
    }

    public void Locks_OfOneConnection_AreManyAtOnce()
    {
        using var connection = Connect();
        var locks = Enumerable.Range(0, 5).Select(i => connection.AcquireDistributedLock($"{Key} {i}", TimeSpan.Zero)).ToArray();
        Assert.All(Enumerable.Range(0, 5), i => AssertHeld($"{Key} {i}"));
        locks[2].Dispose();
        AssertFree($"{Key} 2");
        AssertHeld($"{Key} 3");
        Array.ForEach(locks, held => held.Dispose());
        Assert.All(Enumerable.Range(0, 5), i => AssertFree($"{Key} {i}"));
    }

    public void Lock_IsFree_WhenItsConnectionIsDisposed()
    {
        var connection = Connect();
        connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        connection.Dispose();
        AssertFree();
    }

    public void Lock_DisposedAfterItsConnection_DoesNothing()
    {
        var connection = Connect();
        var held = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        connection.Dispose();
        using var other = Connect();
        using var taken = other.AcquireDistributedLock(Key, TimeSpan.Zero);
        held.Dispose();
        AssertHeld();
    }

    public void Lock_IsHandedOver_WhenReleasedWhileAnotherWaits()
    {
        using var connection = Connect();
        var held = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        using var started = new ManualResetEvent(false);
        var waiting = Task.Run(() =>
        {
            started.Set();
            Do(other => other.AcquireDistributedLock(Key, Wait.Deadline).Dispose());
        });
        Support.Wait.For(started, "the second to begin");
        held.Dispose();
        Assert.True(waiting.Wait(Wait.Deadline));
    }

    public void Lock_ExcludesAllOthers()
    {
        var (inside, most, entries) = (0, 0, 0);
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using var connection = Connect();
            for (var i = 0; i < 5; i++)
            {
                using (connection.AcquireDistributedLock(Key, Wait.Deadline))
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    entries++;
                    Interlocked.Decrement(ref inside);
                }
            }
        });
        Assert.Equal((1, 20), (most, entries));
    }

    public void Lock_LetsItsConnectionReadAndWrite()
    {
        var id = CreateJob();
        using var connection = Connect();
        using (connection.AcquireDistributedLock(Key, TimeSpan.Zero))
        {
            using var transaction = connection.CreateWriteTransaction();
            transaction.SetJobState(id, new TestState("UnderLock"));
            transaction.Commit();
            Assert.Equal("UnderLock", connection.GetJobData(id).State);
            connection.SetJobParameter(id, "name", "value");
            Assert.Equal("value", connection.GetJobParameter(id, "name"));
            Assert.Equal("UnderLock", Read(other => other.GetJobData(id)).State);
        }
    }

    [Needs("Transaction.AcquireDistributedLock")]
    public void LockOfTransaction_LastsUntilCommit()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        transaction.AcquireDistributedLock(Key, TimeSpan.Zero);
        AssertHeld();
        transaction.IncrementCounter("counted");
        transaction.Commit();
        AssertFree();
        Assert.Equal(1, Read(other => other.GetCounter("counted")));
    }

    [Needs("Transaction.AcquireDistributedLock")]
    public void LockOfTransaction_LastsUntilCommitOfNothing()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        transaction.AcquireDistributedLock(Key, TimeSpan.Zero);
        transaction.Commit();
        AssertFree();
    }

    [Needs("Transaction.AcquireDistributedLock")]
    public void LockOfTransaction_IsFree_AfterDisposeWithoutCommit()
    {
        using var connection = Connect();
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            transaction.AcquireDistributedLock(Key, TimeSpan.Zero);
        }

        AssertFree();
    }

    [Needs("Transaction.AcquireDistributedLock")]
    public void LockOfTransaction_IsReentrant()
    {
        using var connection = Connect();
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            transaction.AcquireDistributedLock(Key, TimeSpan.Zero);
            transaction.AcquireDistributedLock(Key, TimeSpan.Zero);
            transaction.Commit();
        }

        AssertFree();
    }

    [Needs("Transaction.AcquireDistributedLock")]
    public void LockOfTransaction_OutlivesCommit_WhenConnectionHoldsItToo()
    {
        using var connection = Connect();
        using (connection.AcquireDistributedLock(Key, TimeSpan.Zero))
        {
            using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
            transaction.AcquireDistributedLock(Key, TimeSpan.Zero);
            transaction.Commit();
            AssertHeld();
        }

        AssertFree();
    }

    [Needs("Transaction.AcquireDistributedLock")]
    public void LockOfTransaction_TimesOut_WhenAnotherHoldsIt()
    {
        using var connection = Connect();
        using var held = connection.AcquireDistributedLock(Key, TimeSpan.Zero);
        using var other = Connect();
        using var transaction = (JobStorageTransaction)other.CreateWriteTransaction();
        Assert.ThrowsAny<DistributedLockTimeoutException>(() => transaction.AcquireDistributedLock(Key, TimeSpan.Zero));
    }
}
