using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>Faults that show in numbers of the whole database server, so that nothing else may run meanwhile.</summary>
[Collection(nameof(Alone))]
public sealed class ServerWideFaultTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(ServerWideFaultTests));
    private readonly long _deadlocks;

    public ServerWideFaultTests() => _deadlocks = Deadlocks();

    public void Dispose() => _database.Dispose();

    private long Deadlocks() =>
        _database.GlobalStatus("innodb_deadlocks") ?? _database.Scalar<long>("select `count` from information_schema.innodb_metrics where name = 'lock_deadlocks'");

    private void AssertNoDeadlocks() => Assert.Equal(_deadlocks, Deadlocks());

    private long RowsRead() => _database.GlobalStatus("handler_read%")!.Value;

    [Fact]
    public async Task Fault01_Dequeue_DoesNotDeadlock_WhenManyFetchAcknowledgeRequeueAndEnqueue()
    {
        const int Jobs = 400;
        using var second = _database.Another();
        using var third = _database.Another();
        MySql.MySqlStorage[] storages = [_database.Storage, second, third];
        using var stop = new CancellationTokenSource(Wait.Deadline);
        var done = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var workers = Enumerable.Range(0, 12).Select(worker => Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    using var connection = storages[worker % 3].GetConnection();
                    try
                    {
                        using var fetched = connection.FetchNextJob(worker % 2 == 0 ? ["a", "b"] : ["b", "a"], stop.Token);
                        if (int.Parse(fetched.JobId) % 5 == 0 && done.TryAdd("requeued " + fetched.JobId, 1))
                        {
                            fetched.Requeue();
                            continue;
                        }

                        fetched.RemoveFromQueue();
                        done.AddOrUpdate(fetched.JobId, 1, (_, runs) => runs + 1);
                    }
                    catch (OperationCanceledException)
                    {
                        return;
                    }
                }
            },
            TaskCreationOptions.LongRunning)).ToArray();
        Parallel.For(0, Jobs, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var connection = storages[i % 3].GetConnection();
            using var transaction = connection.CreateWriteTransaction();
            transaction.AddToQueue(i % 2 == 0 ? "a" : "b", $"{i + 1}");
            transaction.Commit();
        });
        Wait.Until(() => done.Count(pair => !pair.Key.StartsWith('r')) == Jobs, "all jobs to be acknowledged");
        await stop.CancelAsync();
        await Task.WhenAll(workers);
        AssertNoDeadlocks();
        Assert.All(done.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue"));
    }

    [Fact]
    public void Fault04_Locks_DoNotDeadlock_WhenManyTakeThem()
    {
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 12 }, worker =>
        {
            using var connection = (JobStorageConnection)_database.Storage.GetConnection();
            for (var i = 0; i < 15; i++)
            {
                using (connection.AcquireDistributedLock($"resource {(worker + i) % 3}", Wait.Deadline))
                {
                    connection.SetRangeInHash($"hash {i % 3}", [KeyValuePair.Create($"{worker}", "value")]);
                }
            }
        });
        AssertNoDeadlocks();
    }

    [Fact]
    public void Fault22_Servers_DoNotDeadlock_WhenTheyStartTogether()
    {
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, worker =>
        {
            using var connection = _database.Storage.GetConnection();
            for (var i = 0; i < 10; i++)
            {
                var server = $"server {worker} {i % 2}";
                connection.AnnounceServer(server, new ServerContext { WorkerCount = 1, Queues = ["default"] });
                connection.Heartbeat(server);
                connection.RemoveTimedOutServers(TimeSpan.FromHours(1));
                if (i % 3 == 0)
                {
                    connection.RemoveServer(server);
                }
            }
        });
        AssertNoDeadlocks();
    }

    [Fact]
    public void Fault22_Upserts_DoNotDeadlock_WhenManyTouchNeighbours()
    {
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, worker =>
        {
            using var connection = (JobStorageConnection)_database.Storage.GetConnection();
            for (var i = 0; i < 40; i++)
            {
                using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
                switch (i % 4)
                {
                    case 0: transaction.AddToSet("set", $"{(worker * 7) + i}", i); break;
                    case 1: transaction.RemoveFromSet("set", $"{(worker * 7) + i - 1}"); break;
                    case 2: transaction.SetRangeInHash("hash", [KeyValuePair.Create($"{(worker * 5) + i}", "value")]); break;
                    default: transaction.AddToSet("set", $"{i}", worker); break;
                }

                transaction.Commit();
            }
        });
        AssertNoDeadlocks();
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    [InlineData("Scheduled")]
    [InlineData("Awaiting")]
    public void Fault11_Page_ReadsTheRowsThatItShows(string state)
    {
        new ManyJobs(_database).Add(state, 3000);
        _database.Execute("analyze table Job, State");
        var monitor = (JobStorageMonitor)_database.Storage.GetMonitoringApi();
        var before = RowsRead();
        var shown = state switch
        {
            "Succeeded" => monitor.SucceededJobs(0, 10).Count,
            "Failed" => monitor.FailedJobs(0, 10).Count,
            "Scheduled" => monitor.ScheduledJobs(0, 10).Count,
            _ => monitor.AwaitingJobs(0, 10).Count,
        };
        Assert.Equal(10, shown);
        // the two looks at the counters read a row per variable
        Assert.InRange(RowsRead() - before, 0, 1500);
    }

    [Fact]
    public void Fault23_Instants_AreUtc_WhateverTheServersTimeZone()
    {
        var zone = _database.Scalar<string>("select @@global.time_zone");
        _database.Execute("set global time_zone = '+09:00'");
        try
        {
            using var elsewhere = new TestStorage("timezone");
            using var connection = (JobStorageConnection)elsewhere.Storage.GetConnection();
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            Assert.InRange((connection.GetUtcDateTime() - now).TotalMinutes, -1, 1);
            connection.AnnounceServer("server", new ServerContext { WorkerCount = 1, Queues = ["default"] });
            Assert.InRange((elsewhere.Storage.GetMonitoringApi().Servers().Single().Heartbeat!.Value - now).TotalMinutes, -1, 1);
            Assert.Equal(0, connection.RemoveTimedOutServers(TimeSpan.FromMinutes(5)));

            var id = new BackgroundJobClient(elsewhere.Storage).Enqueue(() => Support.Jobs.Nothing());
            using var deadline = new CancellationTokenSource(Wait.Deadline);
            using var fetched = connection.FetchNextJob(["default"], deadline.Token);
            Assert.InRange((elsewhere.Storage.GetMonitoringApi().FetchedJobs("default", 0, 1).Single().Value.FetchedAt!.Value - now).TotalMinutes, -1, 1);
            // a storage in another zone must not take the lease for one that has run out
            using var other = (JobStorageConnection)elsewhere.Another().GetConnection();
            using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
            Assert.ThrowsAny<OperationCanceledException>(() => other.FetchNextJob(["default"], moment.Token));
            fetched.RemoveFromQueue();

            using var transaction = connection.CreateWriteTransaction();
            transaction.ExpireJob(id, TimeSpan.FromHours(1));
            transaction.Commit();
            Assert.Equal(0, new MySql.Maintenance.ExpirationManager(elsewhere.Storage).RunOnce(CancellationToken.None));
            Assert.InRange((elsewhere.Storage.GetMonitoringApi().JobDetails(id).ExpireAt!.Value - now).TotalMinutes, 58, 62);
        }
        finally
        {
            _database.Execute($"set global time_zone = '{zone}'");
        }
    }

    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
