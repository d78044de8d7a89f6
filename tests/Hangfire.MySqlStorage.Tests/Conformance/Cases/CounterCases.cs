using Hangfire.MySqlStorage.Tests.Conformance.Storages;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

public sealed class CounterCases(StorageUnderTest subject) : StorageCases(subject)
{
    private long Count(string key = Key) => Read(connection => connection.GetCounter(key));

    public void GetCounter_IsZero_WhenThereIsNone() => Assert.Equal(0, Count());

    [Row("+", 1)]
    [Row("-", -1)]
    [Row("+++", 3)]
    [Row("---", -3)]
    [Row("+-", 0)]
    [Row("-+", 0)]
    [Row("++-", 1)]
    [Row("--+", -1)]
    public void Counter_AddsUpWithinTransaction(string steps, int expected)
    {
        Commit(transaction =>
        {
            foreach (var step in steps)
            {
                if (step == '+')
                {
                    transaction.IncrementCounter(Key);
                }
                else
                {
                    transaction.DecrementCounter(Key);
                }
            }
        });
        Assert.Equal(expected, Count());
    }

    [Row("++-", 1)]
    [Row("--+", -1)]
    [Row("+-", 0)]
    public void Counter_AddsUpOverTransactions_WithAnEnd(string steps, int expected)
    {
        foreach (var step in steps)
        {
            Commit(transaction =>
            {
                if (step == '+')
                {
                    transaction.IncrementCounter(Key, TimeSpan.FromDays(1));
                }
                else
                {
                    transaction.DecrementCounter(Key, TimeSpan.FromDays(1));
                }
            });
        }

        Assert.Equal(expected, Count());
    }

    public void Counter_AddsUpWithAndWithoutAnEnd()
    {
        Commit(transaction =>
        {
            transaction.IncrementCounter(Key);
            transaction.IncrementCounter(Key, TimeSpan.FromDays(1));
        });
        Commit(transaction => transaction.IncrementCounter(Key));
        Assert.Equal(3, Count());
    }

    public void Counter_KeepsKeysApart()
    {
        Commit(transaction =>
        {
            transaction.IncrementCounter("key");
            transaction.IncrementCounter("key");
            transaction.IncrementCounter("KEY");
            transaction.DecrementCounter("other");
        });
        Assert.Equal((2, 1, -1), (Count("key"), Count("KEY"), Count("other")));
    }

    [Row(1001)]
    [Row(2500)]
    public void Counter_TakesManyStepsInOneTransaction(int steps)
    {
        Commit(transaction =>
        {
            for (var i = 0; i < steps; i++)
            {
                transaction.IncrementCounter(Key);
            }
        });
        Assert.Equal(steps, Count());
    }

    public void Counter_OfManyWriters_LosesNothing()
    {
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                Commit(transaction => transaction.IncrementCounter(Key));
            }
        });
        Assert.Equal(160, Count());
    }
}
