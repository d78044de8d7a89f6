using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>The ends of sets, hashes and lists.</summary>
public sealed class TtlCases(StorageUnderTest subject) : StorageCases(subject)
{
    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["set"] = new(
            (transaction, key) => transaction.AddToSet(key, $"{Guid.NewGuid()}"), (transaction, key, span) => transaction.ExpireSet(key, span),
            (transaction, key) => transaction.PersistSet(key), (transaction, key) => transaction.RemoveSet(key),
            (connection, key) => connection.GetSetTtl(key), (connection, key) => connection.GetSetCount(key)),
        ["hash"] = new(
            (transaction, key) => transaction.SetRangeInHash(key, Pairs($"{Guid.NewGuid()}", "value")), (transaction, key, span) => transaction.ExpireHash(key, span),
            (transaction, key) => transaction.PersistHash(key), (transaction, key) => transaction.RemoveHash(key),
            (connection, key) => connection.GetHashTtl(key), (connection, key) => connection.GetHashCount(key)),
        ["list"] = new(
            (transaction, key) => transaction.InsertToList(key, "value"), (transaction, key, span) => transaction.ExpireList(key, span),
            (transaction, key) => transaction.PersistList(key), (transaction, key) => transaction.TrimList(key, 1, 0),
            (connection, key) => connection.GetListTtl(key), (connection, key) => connection.GetListCount(key)),
    };

    private TimeSpan Ttl(string kind, string key = Key) => Read(connection => Kinds[kind].Ttl(connection, key));

    private void Make(string kind, string key = Key) => Commit(transaction =>
    {
        Kinds[kind].Add(transaction, key);
        Kinds[kind].Add(transaction, key);
    });

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Ttl_IsNegative_WhenThereIsNoSuchKey(string kind) => Assert.True(Ttl(kind) < TimeSpan.Zero);

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Ttl_IsNegative_WhenKeyHasNoEnd(string kind)
    {
        Make(kind);
        Assert.True(Ttl(kind) < TimeSpan.Zero);
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Ttl_IsMinusOneSecond_WhenThereIsNoEnd(string kind)
    {
        Assert.Equal(TimeSpan.FromSeconds(-1), Ttl(kind));
        Make(kind);
        Assert.Equal(TimeSpan.FromSeconds(-1), Ttl(kind));
    }

    [Row("set", 60)]
    [Row("hash", 60)]
    [Row("list", 60)]
    [Row("set", 864000)]
    [Row("hash", 864000)]
    [Row("list", 864000)]
    public void Expire_SetsWhatIsLeft(string kind, int seconds)
    {
        Make(kind);
        Commit(transaction => Kinds[kind].Expire(transaction, Key, TimeSpan.FromSeconds(seconds)));
        Assert.InRange(Ttl(kind).TotalSeconds, seconds - 20, seconds);
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Expire_EndsThisKeyOnly(string kind)
    {
        Make(kind);
        Make(kind, "other");
        Commit(transaction => Kinds[kind].Expire(transaction, Key, TimeSpan.FromMinutes(1)));
        Assert.True(Ttl(kind, "other") < TimeSpan.Zero);
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Expire_LastWins(string kind)
    {
        Make(kind);
        Commit(transaction => Kinds[kind].Expire(transaction, Key, TimeSpan.FromDays(1)));
        Commit(transaction =>
        {
            Kinds[kind].Expire(transaction, Key, TimeSpan.FromDays(7));
            Kinds[kind].Expire(transaction, Key, TimeSpan.FromMinutes(1));
        });
        Assert.InRange(Ttl(kind).TotalSeconds, 30, 60);
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Persist_TakesEndAway(string kind)
    {
        Make(kind);
        Commit(transaction => Kinds[kind].Expire(transaction, Key, TimeSpan.FromMinutes(1)));
        Commit(transaction => Kinds[kind].Persist(transaction, Key));
        Assert.True(Ttl(kind) < TimeSpan.Zero);
        Assert.Equal(2, Read(connection => Kinds[kind].Count(connection, Key)));
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void ExpireAndPersist_DoNothing_WhenThereIsNoSuchKey(string kind)
    {
        Commit(transaction =>
        {
            Kinds[kind].Expire(transaction, Key, TimeSpan.FromMinutes(1));
            Kinds[kind].Persist(transaction, "other");
        });
        Assert.Equal(0, Read(connection => Kinds[kind].Count(connection, Key)));
        Assert.True(Ttl(kind) < TimeSpan.Zero);
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Ttl_IsThatOfFirstToEnd_WhenItemsAreAddedLater(string kind)
    {
        Make(kind);
        Commit(transaction => Kinds[kind].Expire(transaction, Key, TimeSpan.FromMinutes(1)));
        Make(kind);
        Assert.InRange(Ttl(kind).TotalSeconds, 30, 60);
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Expire_ThenRemove_ThenAddAgain_LeavesNoEnd(string kind)
    {
        Make(kind);
        Commit(transaction =>
        {
            Kinds[kind].Expire(transaction, Key, TimeSpan.FromMinutes(1));
            Kinds[kind].Remove(transaction, Key);
            Kinds[kind].Add(transaction, Key);
        });
        Assert.True(Ttl(kind) < TimeSpan.Zero);
        Assert.Equal(1, Read(connection => Kinds[kind].Count(connection, Key)));
    }

    [Row("set")]
    [Row("hash")]
    [Row("list")]
    public void Expire_InTransactionThatAdds_EndsWhatWasAdded(string kind)
    {
        Commit(transaction =>
        {
            Kinds[kind].Add(transaction, Key);
            Kinds[kind].Expire(transaction, Key, TimeSpan.FromMinutes(1));
        });
        Assert.InRange(Ttl(kind).TotalSeconds, 30, 60);
    }

    private sealed record Kind(
        Action<JobStorageTransaction, string> Add,
        Action<JobStorageTransaction, string, TimeSpan> Expire,
        Action<JobStorageTransaction, string> Persist,
        Action<JobStorageTransaction, string> Remove,
        Func<JobStorageConnection, string, TimeSpan> Ttl,
        Func<JobStorageConnection, string, long> Count);
}
