using System.Diagnostics;
using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>The database session that holds a lock is killed while what it guards is being written.</summary>
public sealed class LockConnectionFaults : IDisposable
{
    private const int Rounds = 40;
    private const int Items = 200;

    private readonly TestStorage _database = new(nameof(LockConnectionFaults));

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Write_IsAppliedWholeOrNotAtAll_AndNeverAfterAnotherHasTheLock()
    {
        var (applied, refused) = (0, 0);
        var guarded = _database.Storage.LockName.Of("guarded");
        using var second = (JobStorageConnection)_database.Storage.GetConnection();
        var usual = Duration(second);
        for (var round = 0; round < Rounds; round++)
        {
            var key = $"round{round}";
            using var first = _database.Storage.GetConnection();
            using var held = first.AcquireDistributedLock("guarded", TimeSpan.FromSeconds(5));
            var session = _database.Scalar<long>($"select is_used_lock('{guarded}')");
            using var writing = new ManualResetEventSlim();
            var write = Task.Run(() => TryWrite(first, key, writing));
            writing.Wait();
            var (begun, moment) = (Stopwatch.GetTimestamp(), usual * 2 * round / Rounds);
            SpinWait.SpinUntil(() => write.IsCompleted || Stopwatch.GetElapsedTime(begun) >= moment);
            Kill(session);
            using (second.AcquireDistributedLock("guarded", TimeSpan.FromSeconds(20)))
            {
                var seen = Seen(second, key);
                var wasApplied = await write;
                Assert.Equal(seen, Seen(second, key));
                Assert.True(seen is (0, 0, 0) or (Items, Items, 1), $"round {round}: {seen} is a part of the write");
                // a commit whose answer was lost may be done; one that was confirmed is
                Assert.True(!wasApplied || seen.Counted == 1, $"round {round}: a confirmed write is missing");
                _ = seen.Counted == 1 ? applied++ : refused++;
            }
        }

        Assert.True(refused > 0, $"all {applied} writes were done before the kill: the test shows nothing");
    }

    /// <summary>What a write takes that nobody disturbs.</summary>
    private static TimeSpan Duration(JobStorageConnection connection)
    {
        using var writing = new ManualResetEventSlim();
        TryWrite(connection, "compiled", writing);
        var started = Stopwatch.GetTimestamp();
        TryWrite(connection, "usual", writing);
        return Stopwatch.GetElapsedTime(started);
    }

    private static (long InSet, long InHash, long Counted) Seen(JobStorageConnection connection, string key) =>
        (connection.GetSetCount(key), connection.GetHashCount(key), connection.GetCounter(key));

    private static bool TryWrite(IStorageConnection connection, string key, ManualResetEventSlim writing)
    {
        using var transaction = connection.CreateWriteTransaction();
        for (var i = 0; i < Items; i++)
        {
            transaction.AddToSet(key, $"{i}", i);
            transaction.SetRangeInHash(key, new Dictionary<string, string> { [$"{i}"] = new string('x', 200) });
        }

        transaction.IncrementCounter(key);
        writing.Set();
        try
        {
            transaction.Commit();
            return true;
        }
        catch (Exception error) when (error is DistributedLockLostException or MySqlException)
        {
            return false;
        }
    }

    private void Kill(long session)
    {
        try
        {
            _database.Execute($"kill {session}");
        }
        catch (MySqlException error) when (error.Number == 1094)
        {
            // ended by itself
        }
    }
}
