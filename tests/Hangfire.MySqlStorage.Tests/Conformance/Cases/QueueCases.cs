using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>Fetching and acknowledging.</summary>
public sealed class QueueCases(StorageUnderTest subject) : StorageCases(subject)
{
    /// <summary>Long enough to see that nothing is handed out, where nothing must be.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);

    private void AssertEmpty(params string[] queues) => Assert.ThrowsAny<OperationCanceledException>(() => Do(connection =>
    {
        using var source = new CancellationTokenSource(Moment);
        connection.FetchNextJob(queues.Length == 0 ? [Queue] : queues, source.Token).Dispose();
    }));

    public void FetchNextJob_GivesJob()
    {
        var id = Enqueue();
        Assert.Equal(id, FetchAndRemove());
        AssertEmpty();
    }

    [Row(3)]
    [Row(20)]
    public void FetchNextJob_GivesOldestFirst(int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Enqueue()).ToArray();
        Assert.Equal(ids, ids.Select(_ => FetchAndRemove()));
    }

    public void FetchNextJob_KeepsOrderOfOneTransaction()
    {
        var ids = CreateJobs(5).Reverse().ToArray();
        Commit(transaction => Array.ForEach(ids, id => transaction.AddToQueue(Queue, id)));
        Assert.Equal(ids, ids.Select(_ => FetchAndRemove()));
    }

    public void FetchNextJob_GivesEachJobToOne()
    {
        var ids = Enumerable.Range(0, 20).Select(_ => Enqueue()).ToHashSet();
        var fetched = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => fetched.Add(FetchAndRemove()));
        Assert.Equal(20, fetched.Count);
        Assert.True(ids.SetEquals(fetched));
    }

    public void FetchNextJob_DoesNotGiveJobThatAnotherHolds()
    {
        Enqueue();
        using var connection = Connect();
        using var held = Fetch(connection);
        AssertEmpty();
        held.RemoveFromQueue();
    }

    public void FetchNextJob_SeesItsQueuesOnly()
    {
        Enqueue("other");
        AssertEmpty();
        AssertEmpty("Other");
        Assert.Equal("other", Monitor.Queues().Single().Name);
    }

    [Row("a", "b")]
    [Row("b", "a")]
    [Row("z", "default")]
    public void FetchNextJob_TakesQueuesInTheirOrder(string first, string second)
    {
        var later = Enqueue(second);
        var sooner = Enqueue(first);
        Assert.Equal([sooner, later], new[] { FetchAndRemove(first, second), FetchAndRemove(first, second) });
    }

    public void FetchNextJob_TakesQueueNamedTwice()
    {
        var id = Enqueue();
        Assert.Equal(id, FetchAndRemove(Queue, Queue));
    }

    public void FetchNextJob_TakesManyQueues()
    {
        var id = Enqueue("queue-49");
        Assert.Equal(id, FetchAndRemove([.. Enumerable.Range(0, 50).Select(i => $"queue-{i}")]));
    }

    [Row(false)]
    [Row(true)]
    public void FetchNextJob_ThrowsAtOnce_WhenCancelledBefore(bool jobIsThere)
    {
        if (jobIsThere)
        {
            Enqueue();
        }

        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Do(connection => connection.FetchNextJob([Queue], source.Token)));
    }

    public void FetchNextJob_StopsWaiting_WhenCancelled()
    {
        using var source = new CancellationTokenSource();
        var waiting = Task.Run(() => Assert.ThrowsAny<OperationCanceledException>(() => Do(connection => connection.FetchNextJob([Queue], source.Token))));
        source.Cancel();
        Assert.True(waiting.Wait(Wait.Deadline));
    }

    public void FetchNextJob_WaitsForJob()
    {
        var waiting = Task.Run(() => FetchAndRemove());
        var id = Enqueue();
        Assert.True(waiting.Wait(Wait.Deadline));
        Assert.Equal(id, waiting.Result);
    }

    public void FetchNextJob_WaitsForJobInAnyOfItsQueues()
    {
        var waiting = Task.Run(() => FetchAndRemove("first", "second"));
        var id = Enqueue("second");
        Assert.True(waiting.Wait(Wait.Deadline));
        Assert.Equal(id, waiting.Result);
    }

    public void AddToQueue_IsSeenAfterCommitOnly()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.AddToQueue(Queue, id);
            AssertEmpty();
        });
        Assert.Equal(id, FetchAndRemove());
    }

    public void AddToQueue_IsNotSeen_WithoutCommit()
    {
        var id = CreateJob();
        using (var connection = Connect())
        using (var transaction = connection.CreateWriteTransaction())
        {
            transaction.AddToQueue(Queue, id);
        }

        AssertEmpty();
    }

    public void AddToQueue_TakesSameJobTwice()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.AddToQueue(Queue, id);
            transaction.AddToQueue(Queue, id);
            transaction.AddToQueue("other", id);
        });
        Assert.Equal([id, id, id], new[] { FetchAndRemove(), FetchAndRemove(), FetchAndRemove("other") });
        AssertEmpty();
    }

    public void AddToQueue_TakesJobThatIsMissing()
    {
        // a job that has expired meanwhile: the worker drops it
        Commit(transaction => transaction.AddToQueue(Queue, NoJob));
        Assert.Equal(NoJob, FetchAndRemove());
    }

    public void Requeue_GivesJobBack()
    {
        var id = Enqueue();
        using (var connection = Connect())
        using (var fetched = Fetch(connection))
        {
            fetched.Requeue();
            Assert.Equal(id, FetchAndRemove());
        }

        AssertEmpty();
    }

    public void Dispose_GivesJobBack_WhenNothingWasSaid()
    {
        var id = Enqueue();
        using (var connection = Connect())
        {
            Fetch(connection).Dispose();
        }

        Assert.Equal(id, FetchAndRemove());
    }

    public void RemoveFromQueue_TwiceAndThenRequeue_RemovesOnce()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.AddToQueue(Queue, id);
            transaction.AddToQueue(Queue, id);
        });
        using (var connection = Connect())
        using (var fetched = Fetch(connection))
        {
            fetched.RemoveFromQueue();
            fetched.RemoveFromQueue();
        }

        Assert.Equal(id, FetchAndRemove());
        AssertEmpty();
    }

    public void Dispose_AfterRemoveFromQueue_GivesNothingBack()
    {
        Enqueue();
        using (var connection = Connect())
        {
            var fetched = Fetch(connection);
            fetched.RemoveFromQueue();
            fetched.Dispose();
            fetched.Dispose();
        }

        AssertEmpty();
    }

    public void Dispose_AfterRequeue_GivesBackOnce()
    {
        var id = Enqueue();
        using (var connection = Connect())
        {
            var fetched = Fetch(connection);
            fetched.Requeue();
            fetched.Dispose();
        }

        Assert.Equal(id, FetchAndRemove());
        AssertEmpty();
    }

    [Needs("TransactionalAcknowledge")]
    public void RemoveFromQueue_OfTransaction_AcknowledgesAtCommit()
    {
        var id = Enqueue();
        using var connection = Connect();
        using (var fetched = Fetch(connection))
        {
            using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
            {
                transaction.SetJobState(id, new TestState("Done"));
                transaction.RemoveFromQueue(fetched);
                Assert.Equal(1, Monitor.FetchedCount(Queue));
                transaction.Commit();
                Assert.Equal(0, Monitor.FetchedCount(Queue));
            }

            // as the worker says it, once more
            fetched.RemoveFromQueue();
        }

        AssertEmpty();
        Assert.Equal("Done", Read(other => other.GetJobData(id)).State);
    }

    [Needs("TransactionalAcknowledge")]
    public void RemoveFromQueue_OfTransaction_GivesJobBack_WithoutCommit()
    {
        var id = Enqueue();
        using (var connection = Connect())
        using (var fetched = Fetch(connection))
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            transaction.RemoveFromQueue(fetched);
        }

        Assert.Equal(id, FetchAndRemove());
    }

    [Needs("TransactionalAcknowledge")]
    public void RemoveFromQueue_OfTransaction_TakesSameJobTwice()
    {
        Enqueue();
        using (var connection = Connect())
        using (var fetched = Fetch(connection))
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            transaction.RemoveFromQueue(fetched);
            transaction.RemoveFromQueue(fetched);
            transaction.Commit();
        }

        AssertEmpty();
    }

    [Needs("TransactionalAcknowledge")]
    public void RemoveFromQueue_OfTransaction_IsUndone_WhenCommitFails()
    {
        var id = Enqueue();
        using (var connection = Connect())
        using (var fetched = Fetch(connection))
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            transaction.RemoveFromQueue(fetched);
            transaction.AddToSet(new string('k', 5000), "a key of 5,000 characters is too long");
            Assert.ThrowsAny<Exception>(transaction.Commit);
        }

        Assert.Equal(id, FetchAndRemove());
    }

    [Needs("TransactionalAcknowledge")]
    public void RemoveFromQueue_OfTransaction_RefusesWhatOthersHaveFetched()
    {
        using var connection = Connect();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        Assert.Throws<ArgumentNullException>(() => transaction.RemoveFromQueue(null!));
        Assert.ThrowsAny<ArgumentException>(() => transaction.RemoveFromQueue(new ForeignJob()));
    }

    public void Feature_IsDeclaredForTheVeryTypeThatIsFetched()
    {
        Enqueue();
        using var connection = Connect();
        using var fetched = Fetch(connection);
        Assert.True(Storage.HasFeature(JobStorageFeatures.Transaction.RemoveFromQueue(fetched.GetType())));
    }

    private sealed class ForeignJob : IFetchedJob
    {
        public string JobId => "1";

        public void RemoveFromQueue()
        {
        }

        public void Requeue()
        {
        }

        public void Dispose()
        {
        }
    }
}
