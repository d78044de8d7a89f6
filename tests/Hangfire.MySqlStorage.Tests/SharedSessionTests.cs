using System.Diagnostics;
using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySql.Sharing;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>Locks on jobs, and commits under them, in the session that all workers of a process share.</summary>
public sealed class SharedSessionTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(SharedSessionTests));
    private readonly JobStorageConnection _first;
    private readonly JobStorageConnection _second;

    public SharedSessionTests()
    {
        _first = Connection(_database.Storage);
        _second = Connection(_database.Storage);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _database.Dispose();
    }

    private string NewJob() => _first.CreateExpiredJob(Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string> { ["p"] = "1" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));

    private string NewJobInQueue()
    {
        var id = NewJob();
        using var transaction = _first.CreateWriteTransaction();
        transaction.AddToQueue("q", id);
        transaction.Commit();
        return id;
    }

    [Theory]
    [InlineData("job:1:state-lock", true)]
    [InlineData("job:9223372036854775807:state-lock", true)]
    [InlineData("job:9223372036854775808:state-lock", false)]
    [InlineData("job:01:state-lock", false)]
    [InlineData("job:-1:state-lock", false)]
    [InlineData("job:a:state-lock", false)]
    [InlineData("job::state-lock", false)]
    [InlineData("job:state-lock", false)]
    [InlineData("job:1:state-lock ", false)]
    [InlineData("Job:1:state-lock", false)]
    [InlineData("recurring-jobs:lock", false)]
    public void GuardsJob_IsTrue_ForHangfiresLocksOnJobsOnly(string resource, bool guards) => Assert.Equal(guards, SharedLock.GuardsJob(resource));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Workers_WhoAskAgainAtOnce_AreServedTogether_AndOneAloneDoesNotWait(int workers)
    {
        const int Requests = 50;
        using var session = new SharedSession(_database.Storage, () => false) { GatherTime = TimeSpan.FromSeconds(workers == 1 ? 20 : 2) };
        var waiting = Stopwatch.StartNew();
        var packets = 0;
        var threads = Enumerable.Range(0, workers).Select(worker => new Thread(() => Interlocked.Add(ref packets, Packets.Of(() =>
        {
            for (var i = 0; i < Requests; i++)
            {
                var resource = LockOf($"{(worker * Requests) + i + 1}");
                using var request = new LockRequest([new SharedLock(resource, _database.Storage.LockName.Of(resource))]);
                session.Run(request);
            }
        })))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.InRange(packets, Requests, workers == 1 ? Requests + 10 : Requests + (Requests * workers / 8));
        Assert.True(workers > 1 || waiting.Elapsed < session.GatherTime, "One that works alone has waited.");
    }

    [Fact]
    public void LocksOnJobs_AreInOneSession_AndExcludeOthersOfTheProcess()
    {
        var (a, b) = (NewJob(), NewJob());
        using (_first.AcquireDistributedLock(LockOf(a), TimeSpan.Zero))
        using (_second.AcquireDistributedLock(LockOf(b), TimeSpan.Zero))
        {
            Assert.NotNull(_database.Owner(LockOf(a)));
            Assert.Equal(_database.Owner(LockOf(a)), _database.Owner(LockOf(b)));
            // a session may have its own lock again; another worker of the process has it all the same
            Assert.ThrowsAny<DistributedLockTimeoutException>(() => _second.AcquireDistributedLock(LockOf(a), TimeSpan.Zero));
        }

        Assert.Null(_database.Owner(LockOf(a)));
        Assert.Null(_database.Owner(LockOf(b)));
    }

    [Fact]
    public void LockOnJob_ExcludesOtherProcesses_BothWays()
    {
        using var elsewhere = _database.Another();
        using var other = Connection(elsewhere);
        var id = NewJob();
        using (_first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            Assert.ThrowsAny<DistributedLockTimeoutException>(() => other.AcquireDistributedLock(LockOf(id), TimeSpan.Zero));
            Assert.ThrowsAny<DistributedLockTimeoutException>(() => other.AcquireDistributedLock(LockOf(id), TimeSpan.FromMilliseconds(100)));
        }

        using (other.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            Assert.ThrowsAny<DistributedLockTimeoutException>(() => _first.AcquireDistributedLock(LockOf(id), TimeSpan.FromMilliseconds(100)));
        }
    }

    [Fact]
    public void LockOnJob_ExcludesAllOthers_UnderContention()
    {
        using var elsewhere = _database.Another();
        var id = NewJob();
        var (inside, most, entries) = (0, 0, 0);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var connection = Connection(i % 2 == 0 ? _database.Storage : elsewhere);
            for (var k = 0; k < 20; k++)
            {
                using (connection.AcquireDistributedLock(LockOf(id), TimeSpan.FromSeconds(20)))
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    entries++;
                    Interlocked.Decrement(ref inside);
                }
            }
        });
        Assert.Equal((1, 160), (most, entries));
    }

    [Fact]
    public void JobReadWithItsLock_IsGivenOnce()
    {
        var id = NewJob();
        using var held = _first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero);
        _second.SetJobParameter(id, "p", "2");
        Assert.Equal("1", _first.GetJobData(id)!.ParametersSnapshot["p"]);
        Assert.Equal("2", _first.GetJobData(id)!.ParametersSnapshot["p"]);
    }

    [Fact]
    public void JobReadWithItsLock_IsForgotten_WhenItsOwnerWrites()
    {
        var id = NewJob();
        using var held = _first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero);
        _first.SetJobParameter(id, "p", "3");
        Assert.Equal("3", _first.GetJobData(id)!.ParametersSnapshot["p"]);
    }

    [Fact]
    public void LockOnMissingJob_IsTaken_AndTheJobIsNull()
    {
        using var held = _first.AcquireDistributedLock(LockOf("4711"), TimeSpan.Zero);
        Assert.NotNull(_database.Owner(LockOf("4711")));
        Assert.Null(_first.GetJobData("4711"));
    }

    [Fact]
    public void LockOnJob_GoesWithTheCommitThatChangesItsState()
    {
        var id = NewJob();
        using (_first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            ChangeState(_first, id, new EnqueuedState());
            Assert.Null(_database.Owner(LockOf(id)));
            using (_second.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
            {
                Assert.Equal("Enqueued", _second.GetJobData(id)!.State);
            }
        }

        Assert.Null(_database.Owner(LockOf(id)));
    }

    [Fact]
    public void LockOnJob_IsTakenAgain_WhenItsOwnerGoesOnAfterTheCommit()
    {
        var id = NewJob();
        using (_first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            ChangeState(_first, id, new EnqueuedState());
            _first.SetJobParameter(id, "p", "2");
            Assert.NotNull(_database.Owner(LockOf(id)));
        }

        Assert.Null(_database.Owner(LockOf(id)));
    }

    [Fact]
    public void LockOnJob_Stays_WhenItWasTakenTwiceOrAnotherJobChanges()
    {
        var (a, b) = (NewJob(), NewJob());
        using (_first.AcquireDistributedLock(LockOf(a), TimeSpan.Zero))
        {
            using (_first.AcquireDistributedLock(LockOf(a), TimeSpan.Zero))
            {
                ChangeState(_first, a, new EnqueuedState());
                Assert.NotNull(_database.Owner(LockOf(a)));
            }

            ChangeState(_first, b, new EnqueuedState());
            Assert.NotNull(_database.Owner(LockOf(a)));
        }

        Assert.Null(_database.Owner(LockOf(a)));
    }

    [Fact]
    public void AnyLock_JoinsThoseOnJobs_AndWaitsForOtherProcesses()
    {
        using var elsewhere = _database.Another();
        using var other = Connection(elsewhere);
        var id = NewJob();
        var theirs = other.AcquireDistributedLock("res", TimeSpan.Zero);
        using (_first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            Assert.ThrowsAny<DistributedLockTimeoutException>(() => _first.AcquireDistributedLock("res", TimeSpan.FromMilliseconds(100)));
            theirs.Dispose();
            using (_first.AcquireDistributedLock("res", TimeSpan.FromSeconds(20)))
            {
                Assert.Equal(_database.Owner(LockOf(id)), _database.Owner("res"));
                Assert.ThrowsAny<DistributedLockTimeoutException>(() => _second.AcquireDistributedLock("res", TimeSpan.Zero));
            }

            Assert.Null(_database.Owner("res"));
        }
    }

    [Fact]
    public void LockOnJob_JoinsALongLock()
    {
        var id = NewJob();
        using (_first.AcquireDistributedLock("long", TimeSpan.Zero))
        using (_first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            Assert.Equal(_database.Owner("long"), _database.Owner(LockOf(id)));
        }
    }

    [Fact]
    public void Commit_IsRefused_WhenTheSharedSessionWasKilled()
    {
        var (a, b) = (NewJob(), NewJob());
        using (_first.AcquireDistributedLock(LockOf(a), TimeSpan.Zero))
        using (_second.AcquireDistributedLock(LockOf(b), TimeSpan.Zero))
        {
            foreach (var session in new[] { _database.Owner(LockOf(a)), _database.Owner(LockOf(b)) }.Distinct())
            {
                _database.Execute($"kill {session}");
            }

            Wait.Until(() => _database.Owner(LockOf(a)) is null && _database.Owner(LockOf(b)) is null, "the locks to be free");
            Assert.Throws<DistributedLockLostException>(() => ChangeState(_first, a, new EnqueuedState()));
            Assert.Throws<DistributedLockLostException>(() => ChangeState(_second, b, new EnqueuedState()));
            Assert.Throws<DistributedLockLostException>(() => ChangeState(_first, a, new EnqueuedState()));
            Assert.Throws<DistributedLockLostException>(() => _first.AcquireDistributedLock(LockOf(a), TimeSpan.Zero));
        }

        Assert.Null(_second.GetJobData(a)!.State);
        using (_first.AcquireDistributedLock(LockOf(a), TimeSpan.Zero))
        {
            ChangeState(_first, a, new EnqueuedState());
        }

        Assert.Equal("Enqueued", _second.GetJobData(a)!.State);
    }

    [Fact]
    public async Task Commit_FailsAlone_WhenItIsToBlame()
    {
        var jobs = Enumerable.Range(0, 12).Select(_ => NewJob()).ToList();
        using var together = new Barrier(jobs.Count);
        var errors = await Task.WhenAll(jobs.Select((id, i) => Task.Factory.StartNew(
            () =>
            {
                using var connection = Connection(_database.Storage);
                using (connection.AcquireDistributedLock(LockOf(id), TimeSpan.FromSeconds(20)))
                {
                    using var transaction = connection.CreateWriteTransaction();
                    transaction.SetJobState(id, new EnqueuedState());
                    transaction.IncrementCounter("all");
                    transaction.InsertToList("list", id);
                    transaction.AddToSet("set", id);
                    if (i % 4 == 0)
                    {
                        // longer than its column
                        transaction.AddToQueue(new string('q', 300), id);
                    }

                    together.SignalAndWait();
                    return Record.Exception(transaction.Commit);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.All(errors.Index(), error => Assert.Equal(error.Index % 4 == 0, error.Item is not null));
        Assert.All(jobs.Index(), job => Assert.Equal(job.Index % 4 == 0 ? null : "Enqueued", _first.GetJobData(job.Item)!.State));
        Assert.Equal(9, _first.GetCounter("all"));
        var done = jobs.Where((_, i) => i % 4 != 0).Order(StringComparer.Ordinal);
        Assert.Equal(done, _first.GetAllItemsFromList("list").Order(StringComparer.Ordinal));
        Assert.Equal(done, _first.GetAllItemsFromSet("set").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Commit_DoesNotWait_ForARowThatAnotherCommitWaitsFor()
    {
        var (a, b) = (NewJob(), NewJob());
        Assert.NotNull(_first.GetJobData(b));
        using var outside = new MySqlConnector.MySqlConnection(_database.ConnectionString);
        outside.Open();
        var holding = outside.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        using (var command = new MySqlConnector.MySqlCommand($"select Id from Job where Id = {a} for update", outside, holding))
        {
            command.ExecuteScalar();
        }

        var waits = Task.Factory.StartNew(
            () =>
            {
                using var connection = Connection(_database.Storage);
                using (connection.AcquireDistributedLock(LockOf(a), TimeSpan.FromSeconds(20)))
                {
                    ChangeState(connection, a, new EnqueuedState());
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Wait.Until(() => _database.Scalar<long>("select count(*) from information_schema.processlist where db = database() and info like 'update `Job`%'") > 0, "the first to wait");
        using (_first.AcquireDistributedLock(LockOf(b), TimeSpan.FromSeconds(20)))
        {
            ChangeState(_first, b, new EnqueuedState());
        }

        Assert.False(waits.IsCompleted);
        Assert.Equal("Enqueued", _second.GetJobData(b)!.State);
        holding.Dispose();
        await waits.WaitAsync(Wait.Deadline);
        Assert.Equal("Enqueued", _second.GetJobData(a)!.State);
        Assert.Equal(1, _database.Scalar<long>($"select count(*) from State where JobId = {a}"));
    }

    [Fact]
    public async Task StatesWrittenTogether_AreEachTheirJobs()
    {
        var jobs = Enumerable.Range(0, 40).Select(_ => NewJob()).ToList();
        await Task.WhenAll(jobs.Select((id, i) => Task.Factory.StartNew(
            () =>
            {
                using var connection = Connection(_database.Storage);
                using (connection.AcquireDistributedLock(LockOf(id), TimeSpan.FromSeconds(20)))
                {
                    using var transaction = connection.CreateWriteTransaction();
                    transaction.AddJobState(id, new FailedState(new InvalidOperationException("history")));
                    transaction.SetJobState(id, i % 2 == 0 ? new EnqueuedState { Reason = $"r{i}" } : new ScheduledState(TimeSpan.FromDays(1)) { Reason = $"r{i}" });
                    _ = i % 3 == 0 ? Do(() => transaction.PersistJob(id)) : i % 3 == 1 && Do(() => transaction.ExpireJob(id, TimeSpan.FromDays(3)));
                    transaction.Commit();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        foreach (var (i, id) in jobs.Index())
        {
            Assert.Equal((i % 2 == 0 ? "Enqueued" : "Scheduled", $"r{i}"), (_first.GetStateData(id)!.Name, _first.GetStateData(id)!.Reason));
            Assert.Equal(i % 2 == 0 ? "Enqueued" : "Scheduled", _first.GetJobData(id)!.State);
            var expires = _database.Storage.GetMonitoringApi().JobDetails(id).ExpireAt - TimeProvider.System.GetUtcNow().UtcDateTime;
            Assert.Equal(i % 3 == 0, expires is null);
            Assert.True(i % 3 == 0 || expires > TimeSpan.FromDays(i % 3 == 1 ? 2 : 0), $"job {i} expires in {expires}");
            Assert.Equal(2, _database.Storage.GetMonitoringApi().JobDetails(id).History.Count);
        }
    }

    [Fact]
    public void LockTakenAhead_IsFreed_WhenNobodyUsesIt()
    {
        var id = NewJobInQueue();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var fetched = _first.FetchNextJob(["q"], deadline.Token);
        Wait.Until(() => _database.Owner(LockOf(id)) is null, "the heartbeat to free it");
    }

    [Fact]
    public void LockTakenAhead_ServesItsWorker()
    {
        var id = NewJobInQueue();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var fetched = _first.FetchNextJob(["q"], deadline.Token);
        using (_first.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            Assert.NotNull(_database.Owner(LockOf(id)));
            Assert.Equal("1", _first.GetJobData(id)!.ParametersSnapshot["p"]);
            ChangeState(_first, id, new EnqueuedState());
        }

        Assert.Null(_database.Owner(LockOf(id)));
    }

    [Fact]
    public void LockTakenAhead_IsFreed_WithItsJob()
    {
        var id = NewJobInQueue();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        _first.FetchNextJob(["q"], deadline.Token).Requeue();
        Assert.Null(_database.Owner(LockOf(id)));
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }
}
