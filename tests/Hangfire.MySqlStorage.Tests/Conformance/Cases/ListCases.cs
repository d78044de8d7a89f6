using Hangfire.MySqlStorage.Tests.Conformance.Storages;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

public sealed class ListCases(StorageUnderTest subject) : StorageCases(subject)
{
    private string Items(string key = Key) => string.Concat(Read(connection => connection.GetAllItemsFromList(key)));

    private void Insert(string letters, string key = Key) => Commit(transaction =>
    {
        foreach (var letter in letters)
        {
            transaction.InsertToList(key, $"{letter}");
        }
    });

    public void InsertToList_PutsNewestFirst()
    {
        Insert("abc");
        Insert("d");
        Assert.Equal("dcba", Items());
    }

    public void InsertToList_TakesSameValueTwice()
    {
        Insert("aba");
        Assert.Equal("aba", Items());
        Assert.Equal(3, Read(connection => connection.GetListCount(Key)));
    }

    [Row(500)]
    [Row(501)]
    [Row(2000)]
    public void InsertToList_KeepsOrderOfMany(int count)
    {
        var items = Enumerable.Range(0, count).Select(i => $"{i}").ToArray();
        Commit(transaction => Array.ForEach(items, item => transaction.InsertToList(Key, item)));
        Assert.Equal(items.Reverse(), Read(connection => connection.GetAllItemsFromList(Key)));
    }

    public void InsertToList_KeepsListsApart()
    {
        Insert("ab", "one");
        Insert("c", "two");
        Assert.Equal(("ba", "c"), (Items("one"), Items("two")));
    }

    public void InsertToList_KeepsEmptyAndLongValues()
    {
        var value = new string('v', 1 << 20);
        Commit(transaction =>
        {
            transaction.InsertToList(Key, "");
            transaction.InsertToList(Key, value);
        });
        Assert.Equal([value, ""], Read(connection => connection.GetAllItemsFromList(Key)));
    }

    [Row("ababa", "a", "bb")]
    [Row("abc", "c", "ba")]
    [Row("aaa", "a", "")]
    [Row("abc", "x", "cba")]
    [Row("abc", "B", "cba")]
    public void RemoveFromList_RemovesEveryOccurrence(string items, string removed, string kept)
    {
        Insert(items);
        Insert("abc", "other");
        Commit(transaction => transaction.RemoveFromList(Key, removed));
        Assert.Equal((kept, "cba"), (Items(), Items("other")));
    }

    public void RemoveFromListAndTrimList_DoNothing_WhenThereIsNoList()
    {
        Commit(transaction =>
        {
            transaction.RemoveFromList(Key, "a");
            transaction.TrimList(Key, 0, 1);
        });
        Assert.Equal(0, Read(connection => connection.GetListCount(Key)));
    }

    [Row(0, 0, "e")]
    [Row(0, 1, "ed")]
    [Row(1, 2, "dc")]
    [Row(0, 4, "edcba")]
    [Row(0, 100, "edcba")]
    [Row(2, 100, "cba")]
    [Row(4, 4, "a")]
    [Row(5, 100, "")]
    [Row(100, 200, "")]
    [Row(2, 1, "")]
    [Row(0, int.MaxValue, "edcba")]
    public void TrimList_KeepsRangeCountedFromNewest(int from, int to, string kept)
    {
        Insert("abcde");
        Insert("xyz", "other");
        Commit(transaction => transaction.TrimList(Key, from, to));
        Assert.Equal((kept, "zyx"), (Items(), Items("other")));
    }

    [Row(-1, 1, "ed")]
    [Row(-5, -1, "")]
    [Row(0, -1, "")]
    public void TrimList_TakesNegativeNumbers(int from, int to, string kept)
    {
        Insert("abcde");
        Commit(transaction => transaction.TrimList(Key, from, to));
        Assert.Equal(kept, Items());
    }

    public void Commands_OnOneList_KeepTheirOrder()
    {
        Insert("x");
        Commit(transaction =>
        {
            transaction.InsertToList(Key, "a");
            transaction.InsertToList(Key, "b");
            transaction.TrimList(Key, 0, 0);
            transaction.InsertToList(Key, "c");
            transaction.RemoveFromList(Key, "b");
            transaction.InsertToList(Key, "b");
        });
        Assert.Equal("bc", Items());
    }

    public void TrimList_AfterEachInsert_KeepsNewest()
    {
        // how Hangfire.Console and others keep the last entries
        for (var i = 0; i < 5; i++)
        {
            var letter = (char)('a' + i);
            Commit(transaction =>
            {
                transaction.InsertToList(Key, $"{letter}");
                transaction.TrimList(Key, 0, 2);
            });
        }

        Assert.Equal("edc", Items());
    }

    [Row(0, 0, "e")]
    [Row(0, 1, "ed")]
    [Row(1, 3, "dcb")]
    [Row(4, 4, "a")]
    [Row(3, 100, "ba")]
    [Row(0, int.MaxValue, "edcba")]
    [Row(5, 6, "")]
    public void GetRangeFromList_IsInclusiveAndCountsFromNewest(int from, int to, string expected)
    {
        Insert("abcde");
        Assert.Equal(expected, string.Concat(Read(connection => connection.GetRangeFromList(Key, from, to))));
    }

    [Row(-1, 1, "ed")]
    [Row(3, 1, "")]
    [Row(0, -1, "")]
    public void GetRangeFromList_TakesOddRanges(int from, int to, string expected)
    {
        Insert("abcde");
        Assert.Equal(expected, string.Concat(Read(connection => connection.GetRangeFromList(Key, from, to))));
    }

    public void Reads_OfMissingList_AreEmpty()
    {
        Assert.Empty(Read(connection => connection.GetAllItemsFromList(Key)));
        Assert.Empty(Read(connection => connection.GetRangeFromList(Key, 0, 10)));
        Assert.Equal(0, Read(connection => connection.GetListCount(Key)));
    }

    public void List_DistinguishesKeysByCase()
    {
        Insert("a", "key");
        Insert("b", "KEY");
        Assert.Equal(("a", "b"), (Items("key"), Items("KEY")));
    }
}
