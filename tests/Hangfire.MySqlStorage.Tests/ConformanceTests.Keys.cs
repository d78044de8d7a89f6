using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

public abstract partial class ConformanceTests
{
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
}
