using Hangfire.MySqlStorage.Tests.Conformance.Storages;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

public sealed class SetCases(StorageUnderTest subject) : StorageCases(subject)
{
    private List<string> Items(string key = Key) => Read(connection => connection.GetRangeFromSet(key, 0, 1000));

    private void Add(params (string Value, double Score)[] items) => Commit(transaction =>
    {
        foreach (var (value, score) in items)
        {
            transaction.AddToSet(Key, value, score);
        }
    });

    private void AddLetters(string letters) => Add([.. letters.Select((letter, i) => ($"{letter}", (double)i))]);

    public void AddToSet_AddsWithScoreZero()
    {
        Commit(transaction => transaction.AddToSet(Key, "a"));
        Assert.Equal("a", Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 0, 0)));
    }

    public void AddToSet_OrdersByScore()
    {
        Add(("c", 3), ("a", 1), ("d", 4.5), ("b", 2), ("zero", 0), ("minus", -7.25));
        Assert.Equal(["minus", "zero", "a", "b", "c", "d"], Items());
    }

    public void AddToSet_OrdersEqualScoresByInsertion()
    {
        Add(("z", 1), ("m", 1), ("a", 1));
        Commit(transaction => transaction.AddToSet(Key, "b", 1));
        Assert.Equal(["z", "m", "a", "b"], Items());
    }

    public void AddToSet_ReplacesScore()
    {
        Add(("a", 1), ("b", 2));
        Add(("a", 3));
        Assert.Equal(["b", "a"], Items());
        Assert.Equal(2, Read(connection => connection.GetSetCount(Key)));
    }

    public void AddToSet_OfOneTransaction_LastScoreWins()
    {
        Add(("a", 5), ("b", 2), ("a", 1));
        Assert.Equal(["a", "b"], Items());
    }

    public void AddToSet_WithoutScore_ResetsScore()
    {
        Add(("a", 5), ("b", 2));
        Commit(transaction => transaction.AddToSet(Key, "a"));
        Assert.Equal(["a", "b"], Items());
    }

    public void AddToSet_KeepsSetsApart()
    {
        Commit(transaction =>
        {
            transaction.AddToSet("one", "a");
            transaction.AddToSet("two", "a");
            transaction.AddToSet("two", "b");
        });
        Assert.Equal((1, 2), (Items("one").Count, Items("two").Count));
    }

    [Row(1789000123.0)]
    [Row(1789000123.456)]
    [Row(4102444800.0)]
    [Row(9007199254740991.0)]
    [Row(-1789000123.0)]
    [Row(0.1)]
    [Row(1e-9)]
    public void AddToSet_KeepsScoreExactly(double score)
    {
        Add(("due", score));
        Assert.Equal("due", Read(connection => connection.GetFirstByLowestScoreFromSet(Key, score, score)));
        Assert.Null(Read(connection => connection.GetFirstByLowestScoreFromSet(Key, double.MinValue, Math.BitDecrement(score))));
        Assert.Null(Read(connection => connection.GetFirstByLowestScoreFromSet(Key, Math.BitIncrement(score), double.MaxValue)));
    }

    [Row(1)]
    [Row(3)]
    [Row(500)]
    [Row(501)]
    [Row(2000)]
    public void AddRangeToSet_AddsAll(int count)
    {
        var items = Enumerable.Range(0, count).Select(i => $"item {i}").ToArray();
        Commit(transaction => transaction.AddRangeToSet(Key, items));
        Assert.Equal(items.ToHashSet(), Read(connection => connection.GetAllItemsFromSet(Key)));
    }

    public void AddRangeToSet_WithNothing_MakesNoSet()
    {
        Commit(transaction => transaction.AddRangeToSet(Key, []));
        Assert.Equal(0, Read(connection => connection.GetSetCount(Key)));
    }

    public void AddRangeToSet_TakesSameItemTwice()
    {
        Commit(transaction => transaction.AddRangeToSet(Key, ["a", "b", "a"]));
        Assert.Equal(2, Read(connection => connection.GetSetCount(Key)));
    }

    public void AddRangeToSet_AddsToWhatIsThere()
    {
        Add(("a", 5));
        Commit(transaction => transaction.AddRangeToSet(Key, ["a", "b"]));
        Assert.Equal(["a", "b"], Items().Order());
    }

    public void RemoveFromSet_RemovesThisItemOnly()
    {
        Commit(transaction =>
        {
            transaction.AddRangeToSet(Key, ["a", "b"]);
            transaction.AddRangeToSet("other", ["a"]);
        });
        Commit(transaction => transaction.RemoveFromSet(Key, "a"));
        Assert.Equal(["b"], Items());
        Assert.Equal(["a"], Items("other"));
    }

    public void RemoveFromSet_DoesNothing_WhenThereIsNoSuchItemOrSet()
    {
        Add(("a", 1));
        Commit(transaction =>
        {
            transaction.RemoveFromSet(Key, "none");
            transaction.RemoveFromSet("no set", "a");
        });
        Assert.Equal(["a"], Items());
    }

    public void RemoveFromSet_OfLastItem_LeavesNoSet()
    {
        Add(("a", 1));
        Commit(transaction => transaction.RemoveFromSet(Key, "a"));
        Assert.Empty(Read(connection => connection.GetAllItemsFromSet(Key)));
        Assert.Equal(0, Read(connection => connection.GetSetCount(Key)));
    }

    public void RemoveSet_RemovesThisSetOnly()
    {
        Commit(transaction =>
        {
            transaction.AddRangeToSet(Key, ["a", "b"]);
            transaction.AddRangeToSet("other", ["a"]);
        });
        Commit(transaction =>
        {
            transaction.RemoveSet(Key);
            transaction.RemoveSet("no set");
        });
        Assert.Empty(Items());
        Assert.Equal(["a"], Items("other"));
    }

    public void Commands_OnOneSet_KeepTheirOrder()
    {
        Add(("before", 1));
        Commit(transaction =>
        {
            transaction.AddToSet(Key, "gone", 1);
            transaction.RemoveFromSet(Key, "gone");
            transaction.RemoveFromSet(Key, "back");
            transaction.AddToSet(Key, "back", 2);
            transaction.RemoveSet(Key);
            transaction.AddToSet(Key, "after", 3);
            transaction.AddToSet(Key, "last", 2);
            transaction.RemoveFromSet(Key, "none");
        });
        Assert.Equal(["last", "after"], Items());
    }

    [Row(0, 0, "a")]
    [Row(0, 1, "ab")]
    [Row(1, 3, "bcd")]
    [Row(2, 2, "c")]
    [Row(4, 4, "e")]
    [Row(3, 100, "de")]
    [Row(0, int.MaxValue, "abcde")]
    [Row(5, 6, "")]
    [Row(100, 200, "")]
    public void GetRangeFromSet_IsInclusiveAndCountsFromZero(int from, int to, string expected)
    {
        AddLetters("abcde");
        Assert.Equal(expected, string.Concat(Read(connection => connection.GetRangeFromSet(Key, from, to))));
    }

    [Row(-1, 1, "ab")]
    [Row(-100, 0, "a")]
    [Row(3, 1, "")]
    [Row(0, -1, "")]
    public void GetRangeFromSet_TakesOddRanges(int from, int to, string expected)
    {
        // Hangfire's pager asks for (0, -1) where there are no records
        AddLetters("abcde");
        Assert.Equal(expected, string.Concat(Read(connection => connection.GetRangeFromSet(Key, from, to))));
    }

    public void Reads_OfMissingSet_AreEmpty()
    {
        Assert.Empty(Read(connection => connection.GetAllItemsFromSet(Key)));
        Assert.Empty(Read(connection => connection.GetRangeFromSet(Key, 0, 10)));
        Assert.Equal(0, Read(connection => connection.GetSetCount(Key)));
        Assert.Null(Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 0, 10)));
        Assert.Empty(Read(connection => connection.GetFirstByLowestScoreFromSet(Key, 0, 10, 10)));
    }

    [Row(0, 4, "a")]
    [Row(1, 4, "b")]
    [Row(0.5, 4, "b")]
    [Row(4, 4, "e")]
    [Row(-10, -1, "null")]
    [Row(4.5, 10, "null")]
    [Row(1.25, 1.75, "null")]
    public void GetFirstByLowestScoreFromSet_TakesBothEnds(double from, double to, string expected)
    {
        AddLetters("abcde");
        Assert.Equal(expected, Read(connection => connection.GetFirstByLowestScoreFromSet(Key, from, to)) ?? "null");
    }

    [Row(0, 4, 1, "a")]
    [Row(0, 4, 3, "abc")]
    [Row(0, 4, 5, "abcde")]
    [Row(0, 4, 1000, "abcde")]
    [Row(1, 3, 2, "bc")]
    [Row(1, 3, 1000, "bcd")]
    [Row(10, 20, 10, "")]
    [Row(0, 4, int.MaxValue, "abcde")]
    public void GetFirstByLowestScoreFromSet_GivesUpToSoMany(double from, double to, int count, string expected)
    {
        AddLetters("abcde");
        Assert.Equal(expected, string.Concat(Read(connection => connection.GetFirstByLowestScoreFromSet(Key, from, to, count))));
    }

    public void GetFirstByLowestScoreFromSet_TakesInfinity()
    {
        Add(("a", 1), ("b", 2));
        Assert.Equal("a", Read(connection => connection.GetFirstByLowestScoreFromSet(Key, double.NegativeInfinity, double.PositiveInfinity)));
        Assert.Equal(["a", "b"], Read(connection => connection.GetFirstByLowestScoreFromSet(Key, double.MinValue, double.MaxValue, 10)));
    }

    [Needs("Connection.GetSetContains")]
    public void GetSetContains_SeesThisSetOnly()
    {
        Commit(transaction =>
        {
            transaction.AddToSet(Key, "a");
            transaction.AddToSet("other", "b");
        });
        Assert.True(Read(connection => connection.GetSetContains(Key, "a")));
        Assert.False(Read(connection => connection.GetSetContains(Key, "b")));
        Assert.False(Read(connection => connection.GetSetContains(Key, "A")));
        Assert.False(Read(connection => connection.GetSetContains("no set", "a")));
    }

    [Needs("Connection.GetSetCount.Limited")]
    [Row(10, 4)]
    [Row(4, 4)]
    [Row(3, 3)]
    [Row(1, 1)]
    [Row(0, 0)]
    public void GetSetCount_OfSeveral_AddsUpToLimit(int limit, int expected)
    {
        Commit(transaction =>
        {
            transaction.AddRangeToSet("one", ["a", "b", "c"]);
            transaction.AddRangeToSet("two", ["d"]);
            transaction.AddRangeToSet("unasked", ["e"]);
        });
        Assert.Equal(expected, Read(connection => connection.GetSetCount(["one", "two", "none"], limit)));
    }

    [Needs("Connection.GetSetCount.Limited")]
    public void GetSetCount_OfSeveral_IsZero_WhenNoneIsAskedFor() => Assert.Equal(0, Read(connection => connection.GetSetCount([], 10)));

    public void Set_DistinguishesValuesAndKeysByCase()
    {
        Commit(transaction =>
        {
            transaction.AddRangeToSet("key", ["a", "A", "ä", "Ä"]);
            transaction.AddRangeToSet("KEY", ["b"]);
        });
        Assert.Equal((4, 1), (Read(connection => connection.GetSetCount("key")), Read(connection => connection.GetSetCount("KEY"))));
    }

    public void Set_OfManyWriters_KeepsEachItem()
    {
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, writer =>
        {
            for (var i = 0; i < 5; i++)
            {
                var number = i;
                Commit(transaction => transaction.AddRangeToSet(Key, [$"{writer} {number}", $"shared {number}"]));
            }
        });
        Assert.Equal(45, Read(connection => connection.GetSetCount(Key)));
    }
}
