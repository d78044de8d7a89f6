using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>A transaction as a whole: all, nothing, in order, once.</summary>
public sealed class TransactionCases(StorageUnderTest subject) : StorageCases(subject)
{
    private static readonly Dictionary<string, Action<JobStorageTransaction, string>> Writes = new()
    {
        ["state"] = (transaction, id) => transaction.SetJobState(id, new TestState("State")),
        ["queue"] = (transaction, id) => transaction.AddToQueue(Queue, id),
        ["counter"] = (transaction, _) => transaction.IncrementCounter(Key),
        ["set"] = (transaction, _) => transaction.AddToSet(Key, "value"),
        ["list"] = (transaction, _) => transaction.InsertToList(Key, "value"),
        ["hash"] = (transaction, _) => transaction.SetRangeInHash(Key, Pairs("name", "value")),
    };

    public static IEnumerable<string> Kinds => Writes.Keys;

    private long Written(string kind, string id) => kind switch
    {
        "state" => Monitor.JobDetails(id).History.Count,
        "queue" => Monitor.EnqueuedCount(Queue),
        "counter" => Read(connection => connection.GetCounter(Key)),
        "set" => Read(connection => connection.GetSetCount(Key)),
        "list" => Read(connection => connection.GetListCount(Key)),
        _ => Read(connection => connection.GetHashCount(Key)),
    };

    [RowsOf(nameof(Kinds))]
    public void Write_IsSeenAfterCommitOnly(string kind)
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            Writes[kind](transaction, id);
            Assert.Equal(0, Written(kind, id));
        });
        Assert.Equal(1, Written(kind, id));
    }

    [RowsOf(nameof(Kinds))]
    public void Write_IsNotDone_WhenDisposedWithoutCommit(string kind)
    {
        var id = CreateJob();
        using (var connection = Connect())
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            Writes[kind](transaction, id);
        }

        Assert.Equal(0, Written(kind, id));
    }

    [RowsOf(nameof(Kinds))]
    public void Write_IsDoneOnce_WhenCommittedTwice(string kind)
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            Writes[kind](transaction, id);
            transaction.Commit();
        });
        Assert.Equal(1, Written(kind, id));
    }

    [RowsOf(nameof(Kinds))]
    public void Write_IsUndone_WhenAnotherOfItsTransactionFails(string kind)
    {
        var id = CreateJob();
        using (var connection = Connect())
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            Writes[kind](transaction, id);
            transaction.AddToSet(new string('k', 5000), "a key of 5,000 characters is too long");
            Writes[kind](transaction, id);
            Assert.ThrowsAny<Exception>(transaction.Commit);
        }

        Assert.Equal(0, Written(kind, id));
    }

    public void Commit_WithoutCommands_DoesNothing() => Commit(_ => { });

    public void Commit_MayBeFollowedByMoreCommands()
    {
        Commit(transaction =>
        {
            transaction.IncrementCounter(Key);
            transaction.Commit();
            transaction.IncrementCounter(Key);
        });
        Assert.Equal(2, Read(connection => connection.GetCounter(Key)));
    }

    public void Transactions_OfOneConnection_FollowEachOther()
    {
        Do(connection =>
        {
            for (var i = 0; i < 3; i++)
            {
                using var transaction = connection.CreateWriteTransaction();
                transaction.IncrementCounter(Key);
                transaction.Commit();
            }
        });
        Assert.Equal(3, Read(connection => connection.GetCounter(Key)));
    }

    public void Transactions_OfOneConnection_MayOverlap()
    {
        Do(connection =>
        {
            using var first = connection.CreateWriteTransaction();
            using var second = connection.CreateWriteTransaction();
            first.InsertToList(Key, "first");
            second.InsertToList(Key, "second");
            second.Commit();
            first.Commit();
        });
        Assert.Equal(["first", "second"], Read(connection => connection.GetAllItemsFromList(Key)));
    }

    public void Transaction_LeavesItsConnectionFree()
    {
        // a continuation is written like this: parameters and locks on the connection while a transaction is open
        var id = CreateJob();
        Do(connection =>
        {
            using var transaction = connection.CreateWriteTransaction();
            transaction.SetJobState(id, new TestState("Later"));
            using (connection.AcquireDistributedLock(Key, TimeSpan.Zero))
            {
                connection.SetJobParameter(id, "name", "now");
                Assert.Equal("now", connection.GetJobParameter(id, "name"));
                Assert.Null(connection.GetJobData(id).State);
            }

            transaction.Commit();
            Assert.Equal("Later", connection.GetJobData(id).State);
        });
    }

    [Row(1000)]
    public void Commit_MovesBatchOfScheduledJobs(int count)
    {
        Commit(transaction =>
        {
            for (var i = 0; i < count; i++)
            {
                transaction.AddToSet("schedule", $"{Queue}:{i + 1}", i);
            }
        });
        var due = Read(connection => connection.GetFirstByLowestScoreFromSet("schedule", 0, count, count));
        Assert.Equal(count, due.Count);
        Commit(transaction =>
        {
            foreach (var entry in due)
            {
                transaction.RemoveFromSet("schedule", entry);
                transaction.AddToQueue(Queue, entry.Split(':')[1]);
            }
        });
        Assert.Equal(0, Read(connection => connection.GetSetCount("schedule")));
        Assert.Equal(count, Monitor.EnqueuedCount(Queue));
        Assert.Equal(["1", "2", "3"], new[] { FetchAndRemove(), FetchAndRemove(), FetchAndRemove() });
    }

    [Row(500)]
    public void Commit_TakesManyJobsAndStates(int count)
    {
        var ids = CreateJobs(10);
        Commit(transaction =>
        {
            for (var i = 0; i < count; i++)
            {
                transaction.SetJobState(ids[i % 10], new TestState($"State {i}", null, ("number", $"{i}")));
                transaction.IncrementCounter(Key);
                transaction.InsertToList(Key, $"{i}");
                transaction.SetRangeInHash(Key, Pairs($"{i}", "value"));
            }
        });
        Assert.Equal([.. Enumerable.Range(count - 10, 10).Select(i => $"{i}")], ids.Select(id => Read(connection => connection.GetStateData(id)).Data["number"]));
        Assert.Equal((count, count, count), (Read(c => c.GetCounter(Key)), Read(c => c.GetListCount(Key)), Read(c => c.GetHashCount(Key))));
    }

    public void Commit_TakesSixMegabytes()
    {
        var value = new string('v', 1 << 20);
        Commit(transaction =>
        {
            for (var i = 0; i < 6; i++)
            {
                transaction.SetRangeInHash($"{Key} {i}", Pairs("name", value));
            }
        });
        Assert.Equal(value, Read(connection => connection.GetValueFromHash($"{Key} 5", "name")));
    }

    public void Commits_OfManyOnTheSameKeysInAnyOrder_AllGoThrough()
    {
        var ids = CreateJobs(10);
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, writer =>
        {
            var random = new Random(writer);
            for (var round = 0; round < 5; round++)
            {
                Commit(transaction =>
                {
                    foreach (var id in ids.OrderBy(_ => random.Next()))
                    {
                        transaction.SetJobState(id, new TestState($"State {writer}"));
                        transaction.AddToSet(Key, id, random.NextDouble());
                        transaction.SetRangeInHash(Key, Pairs(id, "value"));
                        transaction.IncrementCounter(id);
                    }
                });
            }
        });
        Assert.All(ids, id => Assert.Equal(20, Read(connection => connection.GetCounter(id))));
        Assert.Equal((10, 10), (Read(c => c.GetSetCount(Key)), Read(c => c.GetHashCount(Key))));
    }

    [Row("set then list")]
    [Row("list then set")]
    public void Keys_OfDifferentKinds_DoNotMeet(string order)
    {
        Commit(transaction =>
        {
            if (order == "set then list")
            {
                transaction.AddToSet(Key, "set");
                transaction.InsertToList(Key, "list");
            }
            else
            {
                transaction.InsertToList(Key, "list");
                transaction.AddToSet(Key, "set");
            }

            transaction.SetRangeInHash(Key, Pairs("name", "hash"));
            transaction.IncrementCounter(Key);
        });
        Commit(transaction => transaction.RemoveSet(Key));
        Assert.Equal((0, 1, 1, 1), (Read(c => c.GetSetCount(Key)), Read(c => c.GetListCount(Key)), Read(c => c.GetHashCount(Key)), Read(c => c.GetCounter(Key))));
    }
}
