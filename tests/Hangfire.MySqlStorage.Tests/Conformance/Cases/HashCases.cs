using Hangfire.MySqlStorage.Tests.Conformance.Storages;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

public sealed class HashCases(StorageUnderTest subject) : StorageCases(subject)
{
    private Dictionary<string, string> Hash(string key = Key) => Read(connection => connection.GetAllEntriesFromHash(key));

    /// <summary>Hashes are written by a connection at once, and by a transaction.</summary>
    private void Set(string by, params string[] namesAndValues)
    {
        if (by == "connection")
        {
            Do(connection => connection.SetRangeInHash(Key, Pairs(namesAndValues)));
        }
        else
        {
            Commit(transaction => transaction.SetRangeInHash(Key, Pairs(namesAndValues)));
        }
    }

    [Row("connection")]
    [Row("transaction")]
    public void SetRangeInHash_MakesHash(string by)
    {
        Set(by, "a", "1", "b", "2");
        Assert.Equal(Pairs("a", "1", "b", "2"), Hash().OrderBy(pair => pair.Key));
    }

    [Row("connection")]
    [Row("transaction")]
    public void SetRangeInHash_MergesFields(string by)
    {
        Set(by, "a", "1", "b", "2");
        Set(by, "b", "new", "c", "3");
        Assert.Equal(Pairs("a", "1", "b", "new", "c", "3"), Hash().OrderBy(pair => pair.Key));
    }

    [Row("connection")]
    [Row("transaction")]
    public void SetRangeInHash_TakesNullAndEmptyValues(string by)
    {
        Set(by, "null", null!, "empty", "");
        Assert.Equal((null, ""), (Hash()["null"], Hash()["empty"]));
        Assert.Equal(2, Read(connection => connection.GetHashCount(Key)));
    }

    [Row("connection")]
    [Row("transaction")]
    public void SetRangeInHash_ReplacesByNull(string by)
    {
        Set(by, "a", "1");
        Set(by, "a", null!);
        Assert.Null(Hash()["a"]);
        Assert.Null(Read(connection => connection.GetValueFromHash(Key, "a")));
    }

    [Row("connection")]
    [Row("transaction")]
    public void SetRangeInHash_WithNothing_MakesNoHash(string by)
    {
        Set(by);
        Assert.Null(Hash());
    }

    [Row("connection")]
    [Row("transaction")]
    public void SetRangeInHash_WithSameFieldTwice_LastWins(string by)
    {
        Set(by, "a", "first", "b", "aside", "a", "last");
        Assert.Equal(Pairs("a", "last", "b", "aside"), Hash().OrderBy(pair => pair.Key));
    }

    [Row(500)]
    [Row(501)]
    [Row(2000)]
    public void SetRangeInHash_TakesManyFields(int count)
    {
        Commit(transaction => transaction.SetRangeInHash(Key, Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"field {i}", $"{i}"))));
        Assert.Equal(count, Read(connection => connection.GetHashCount(Key)));
        Assert.Equal($"{count - 1}", Read(connection => connection.GetValueFromHash(Key, $"field {count - 1}")));
    }

    public void SetRangeInHash_KeepsHashesApart()
    {
        Commit(transaction =>
        {
            transaction.SetRangeInHash("one", Pairs("a", "1"));
            transaction.SetRangeInHash("two", Pairs("a", "2"));
        });
        Assert.Equal(("1", "2"), (Hash("one")["a"], Hash("two")["a"]));
    }

    public void SetRangeInHash_KeepsLongValue()
    {
        var value = new string('v', 1 << 20) + "😀";
        Set("transaction", "a", value);
        Assert.Equal(value, Read(connection => connection.GetValueFromHash(Key, "a")));
    }

    public void Hash_DistinguishesFieldsAndKeysByCase()
    {
        Commit(transaction =>
        {
            transaction.SetRangeInHash("key", Pairs("a", "1", "A", "2"));
            transaction.SetRangeInHash("KEY", Pairs("a", "3"));
        });
        Assert.Equal(("1", "2", "3"), (Hash("key")["a"], Hash("key")["A"], Hash("KEY")["a"]));
    }

    public void GetAllEntriesFromHash_IsNull_WhenThereIsNone()
    {
        Assert.Null(Hash());
        Set("transaction", "a", "1");
        Assert.Null(Hash("another"));
    }

    public void GetValueFromHash_IsNull_WhenThereIsNoSuchFieldOrHash()
    {
        Set("transaction", "a", "1");
        Assert.Null(Read(connection => connection.GetValueFromHash(Key, "b")));
        Assert.Null(Read(connection => connection.GetValueFromHash("another", "a")));
    }

    [Row(0)]
    [Row(1)]
    [Row(3)]
    public void GetHashCount_CountsFields(int count)
    {
        Set("transaction", [.. Enumerable.Range(0, count).SelectMany(i => new[] { $"{i}", "value" })]);
        Assert.Equal(count, Read(connection => connection.GetHashCount(Key)));
    }

    public void RemoveHash_RemovesThisHashOnly()
    {
        Commit(transaction =>
        {
            transaction.SetRangeInHash(Key, Pairs("a", "1", "b", "2"));
            transaction.SetRangeInHash("other", Pairs("a", "1"));
        });
        Commit(transaction =>
        {
            transaction.RemoveHash(Key);
            transaction.RemoveHash("no hash");
        });
        Assert.Null(Hash());
        Assert.NotNull(Hash("other"));
    }

    public void Commands_OnOneHash_KeepTheirOrder()
    {
        Set("transaction", "before", "1");
        Commit(transaction =>
        {
            transaction.SetRangeInHash(Key, Pairs("gone", "1"));
            transaction.RemoveHash(Key);
            transaction.SetRangeInHash(Key, Pairs("a", "1"));
            transaction.SetRangeInHash(Key, Pairs("a", "2", "b", "3"));
        });
        Assert.Equal(Pairs("a", "2", "b", "3"), Hash().OrderBy(pair => pair.Key));
    }

    public void SetRangeInHash_ReadsItsPairsBeforeCommit()
    {
        var pairs = new Dictionary<string, string> { ["a"] = "1" };
        Commit(transaction =>
        {
            transaction.SetRangeInHash(Key, pairs);
            pairs["a"] = "changed";
            pairs["b"] = "added";
        });
        Assert.Equal(Pairs("a", "1"), Hash());
    }

    public void SetRangeInHash_OfManyWriters_KeepsEachField()
    {
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, writer =>
        {
            for (var i = 0; i < 5; i++)
            {
                var number = i;
                Do(connection => connection.SetRangeInHash(Key, Pairs($"{writer} {number}", "1", $"shared {number}", "1")));
            }
        });
        Assert.Equal(45, Read(connection => connection.GetHashCount(Key)));
    }
}
