using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using MySqlConnector;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>A worker does not wait for its job's step to Processing to be written; nobody may see the difference.</summary>
public sealed class WriteBehindTests : IDisposable
{
    private static readonly string[] Queues = ["q"];

    private readonly TestStorage _database = new(nameof(WriteBehindTests));
    private readonly JobStorageConnection _worker;
    private readonly JobStorageConnection _other;

    public WriteBehindTests()
    {
        _worker = Connection(_database.Storage);
        _other = Connection(_database.Storage);
        _database.Storage.ServerStarts();
        Delay = TimeSpan.FromHours(1);
        // on a busy machine too
        _database.Storage.Shared!.Behind.LongestFresh = TimeSpan.FromMinutes(1);
    }

    /// <summary>An hour: written by itself not before the test is over.</summary>
    private TimeSpan Delay { set => _database.Storage.Shared!.Behind.Delay = value; }

    public void Dispose()
    {
        _worker.Dispose();
        _other.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Step_IsNotWaitedFor_AndGoesWithTheEnd()
    {
        var fetched = Fetch();
        Assert.Equal(0, Packets.Of(() => Start(fetched)));
        Assert.Equal("Enqueued", Written(fetched));
        Assert.Equal(1, Packets.Of(() => Succeed(fetched)));
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue"));
        Assert.Equal(1, _database.Scalar<long>("select count(*) from Job where StateName = 'Succeeded' and StateId = (select max(Id) from State) and ExpireAt is not null"));
    }

    [Fact]
    public void Step_BearsTheTimeAtWhichItWasDecided()
    {
        var fetched = Fetch();
        Start(fetched);
        // both times are taken in one packet, however long that is under way and whatever becomes of the machine's clock
        var started = TimeProvider.System.GetTimestamp();
        Wait.Until(() => TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(0.5), "half a second");
        Succeed(fetched);
        Assert.InRange(
            _database.Scalar<long>("select timestampdiff(microsecond, p.CreatedAt, s.CreatedAt) from State p inner join State s on s.JobId = p.JobId where p.Name = 'Processing' and s.Name = 'Succeeded'"),
            500_000,
            30_000_000);
    }

    [Fact]
    public void Step_IsWrittenByItself_WhenTheJobGoesOn()
    {
        Delay = TimeSpan.FromMilliseconds(5);
        var fetched = Fetch();
        Start(fetched);
        Wait.Until(() => Written(fetched) == "Enqueued,Processing", "the step to be written");
        Succeed(fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
    }

    [Fact]
    public void Steps_OfManyJobs_AreWrittenByThemselves()
    {
        var storage = _database.Storage;
        var workers = Enumerable.Range(0, 40).Select(_ => Connection(storage)).ToList();
        var jobs = workers.ConvertAll(worker => (worker, Fetched: Fetch(worker)));
        jobs.ForEach(job => Start(job.worker, job.Fetched));
        // one that is not its worker's any more does not keep the others
        _database.Execute($"update JobQueue set FetchToken = 'thief' where JobId = {jobs[7].Fetched.JobId}");
        WriteDue();
        Assert.Equal(39, _database.Scalar<long>("select count(*) from Job where StateName = 'Processing'"));
        Assert.True(((MySqlFetchedJob)jobs[7].Fetched).IsLost);
        workers.ForEach(worker => worker.Dispose());
    }

    [Fact]
    public void Step_IsSeen_ByWhoeverAsksForTheJob()
    {
        foreach (var ask in new Func<string, string>[]
        {
            id => _other.GetStateData(id)!.Name,
            id => _worker.GetStateData(id)!.Name,
            id => _other.GetJobData(id)!.State,
            id => _database.Storage.GetMonitoringApi().JobDetails(id)!.History[0].StateName,
            id => _database.Storage.GetMonitoringApi().ProcessingJobs(0, 10).Any(job => job.Key == id) ? "Processing" : "not seen",
        })
        {
            var fetched = Fetch();
            Start(fetched);
            Assert.Equal("Enqueued", Written(fetched));
            Assert.Equal("Processing", ask(fetched.JobId));
            Succeed(fetched);
            Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
        }
    }

    [Fact]
    public void Step_IsSeenUnderItsLock_ByTheOneWhoHasIt()
    {
        var fetched = Fetch();
        Start(fetched);
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.Zero))
        {
            Assert.Equal("Processing", _other.GetStateData(fetched.JobId)!.Name);
        }
    }

    [Fact]
    public void Step_StaysBeforeWhatAnotherWritesToTheJob()
    {
        var fetched = Fetch();
        Start(fetched);
        using (_other.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.Zero))
        {
            Assert.Equal("Processing", _other.GetJobData(fetched.JobId)!.State);
            ChangeState(_other, fetched.JobId, new DeletedState());
        }

        Assert.Equal("Enqueued,Processing,Deleted", Written(fetched));
        var next = Fetch();
        Start(next);
        ChangeState(_other, next.JobId, new DeletedState());
        Assert.Equal("Enqueued,Processing,Deleted", Written(next));
    }

    [Fact]
    public void Step_StaysToBeWritten_WhenItsLockIsTakenForNothing()
    {
        var fetched = Fetch();
        Start(fetched);
        using (_other.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.Zero))
        {
            Assert.Equal("Enqueued", Written(fetched));
        }

        // what is still to be written is written under the lock, so it is not given back
        Assert.NotNull(_database.Owner(LockOf(fetched.JobId)));
        Succeed(fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
    }

    [Fact]
    public void LockOfAStep_IsKept_UntilItIsWritten()
    {
        var fetched = Fetch();
        Start(fetched);
        var later = Fetch();
        Start(later);
        _other.GetStateData(later.JobId);
        Wait.Until(() => _database.Owner(LockOf(later.JobId)) is null, "the lock on a job that goes on, and whose step is written, to be given back");
        Assert.NotNull(_database.Owner(LockOf(fetched.JobId)));
        _other.GetStateData(fetched.JobId);
        Wait.Until(() => _database.Owner(LockOf(fetched.JobId)) is null, "the other lock to be given back, too");
    }

    [Fact]
    public void Step_IsWritten_BeforeItsLockGoesToAnotherSession()
    {
        var fetched = Fetch();
        Start(fetched);
        using (_other.AcquireDistributedLock("locks:schedulepoller", TimeSpan.Zero))
        using (_other.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.Zero))
        {
            Assert.Equal("Enqueued,Processing", Written(fetched));
        }
    }

    [Fact]
    public void Step_IsWrittenWithTheEnd_WhenItsSessionIsKilled()
    {
        var fetched = Fetch();
        Start(fetched);
        KillSession(fetched);
        Succeed(fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
    }

    [Fact]
    public void Step_IsWrittenByItself_WhenItsSessionIsKilled()
    {
        var fetched = Fetch();
        Start(fetched);
        KillSession(fetched);
        WriteDue();
        Assert.Equal("Enqueued,Processing", Written(fetched));
        Succeed(fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
    }

    [Fact]
    public void Step_IsWrittenAtTheNextTry_WhenItsSessionIsKilledUnseen()
    {
        var fetched = Fetch();
        Start(fetched);
        _database.Execute($"kill {_database.Owner(LockOf(fetched.JobId))}");
        Assert.Throws<DistributedLockLostException>(() => Succeed(fetched));
        Assert.Equal("Enqueued", Written(fetched));
        Succeed(fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
    }

    [Fact]
    public void Step_IsWrittenOnce_WhenNobodyKnowsWhetherItWas()
    {
        var fetched = Fetch();
        Start(fetched);
        // as if the session had been lost between the server's commit and its answer
        _database.Execute($"insert into State (JobId, Name, CreatedAt) values ({fetched.JobId}, 'Processing', utc_timestamp(6))");
        _database.Execute($"update Job set StateName = 'Processing', StateId = (select max(Id) from State) where Id = {fetched.JobId}");
        KillSession(fetched);
        Succeed(fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
    }

    [Theory]
    [InlineData("Deleted")]
    [InlineData("Enqueued")]
    public void Step_IsDropped_WhenItsSessionIsKilled_AndAnotherHasChangedTheJob(string state)
    {
        var fetched = Fetch();
        Start(fetched);
        KillSession(fetched);
        using var elsewhere = _database.Another();
        using (var other = Connection(elsewhere))
        using (other.AcquireDistributedLock(LockOf(fetched.JobId), Wait.Deadline))
        {
            ChangeState(other, fetched.JobId, new TestState(state));
        }

        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), Wait.Deadline))
        {
            Assert.Equal(state, _worker.GetJobData(fetched.JobId)!.State);
        }

        Assert.Equal($"Enqueued,{state}", Written(fetched));
        Assert.Empty(Unsettled());
    }

    [Fact]
    public void Step_IsNotWritten_WhenItsWorkerHasLostTheJob()
    {
        var fetched = Fetch();
        Start(fetched);
        _database.Execute("update JobQueue set FetchToken = 'thief'");
        Assert.Throws<JobLeaseLostException>(() => Succeed(fetched));
        Assert.Equal("Enqueued", Written(fetched));
        Assert.True(((MySqlFetchedJob)fetched).IsLost);
    }

    [Fact]
    public void Step_OfALostWorker_IsNotWrittenByItself()
    {
        var fetched = Fetch();
        Start(fetched);
        _database.Execute("update JobQueue set FetchToken = 'thief'");
        Assert.Equal("Enqueued", _other.GetStateData(fetched.JobId)!.Name);
        Assert.True(((MySqlFetchedJob)fetched).IsLost);
        Assert.Empty(Unsettled());
    }

    /// <summary>The steps of two jobs are written one after the other, as their session was lost, and the first takes its time; meanwhile the second's worker has finished.</summary>
    [Fact]
    public async Task Step_IsKnownToItsWorker_WhoTakesTheLockAnewWhileItIsAboutToBeWritten()
    {
        using var worker = Connection(_database.Storage);
        var (first, second) = (Fetch(), Fetch(worker));
        Start(first);
        Start(worker, second);
        KillSession(first);
        using var holder = _database.HoldRow(first.JobId);
        var writes = Task.Run(WriteDue);
        Wait.Until(() => _database.Scalar<long>("select count(*) from information_schema.processlist where Db = database() and Info like 'update `Job`%'") > 0, "the first step to wait for the row");
        var ends = Task.Run(() =>
        {
            using (worker.AcquireDistributedLock(LockOf(second.JobId), TimeSpan.FromSeconds(15)))
            {
                return worker.GetJobData(second.JobId)!.State;
            }
        });
        Wait.Until(() => _database.Owner(LockOf(second.JobId)) is not null, "the worker to have its lock");
        holder.Dispose();
        Assert.Equal("Processing", await ends);
        await writes;
        Wait.Until(() => Written(first) == "Enqueued,Processing", "the first step to be written");
        Wait.Until(() => Written(second) == "Enqueued,Processing", "the second step to be written");
    }

    /// <summary>In a session of its own, where it would else wait for the lock, it would not see what is to be written in the shared one.</summary>
    [Fact]
    public async Task Step_IsKnownToItsWorker_WhoWaitsForTheLockBehindAnotherProcess()
    {
        using var elsewhere = _database.Another();
        using var other = Connection(elsewhere);
        var fetched = Fetch();
        Start(fetched);
        KillSession(fetched);
        Task<string> ends;
        using (other.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(20)))
        {
            ends = Task.Run(() =>
            {
                using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(20)))
                {
                    return _worker.GetJobData(fetched.JobId)!.State;
                }
            });
            using var asked = new SentStatements(_database, "get_lock");
            Wait.Until(
                () => asked.Count > 5 || _database.Scalar<long>("select count(*) from information_schema.processlist where Db = database() and State = 'User lock'") > 0,
                "the worker to ask for the lock some times, or to wait for it");
        }

        Assert.Equal("Processing", await ends);
    }

    [Fact]
    public void Step_IsWaitedFor_WhenTheJobWasFetchedAWhileAgo()
    {
        _database.Storage.Shared!.Behind.LongestFresh = TimeSpan.FromSeconds(0.1);
        var fetched = Fetch();
        Wait.Until(() => !((MySqlFetchedJob)fetched).IsFresh, "the claim to grow old");
        Start(fetched);
        Assert.Equal("Enqueued,Processing", Written(fetched));
        var next = Fetch();
        Wait.Until(() => !((MySqlFetchedJob)next).IsFresh, "the claim to grow old");
        _database.Execute("update JobQueue set FetchToken = 'thief'");
        Assert.Throws<JobLeaseLostException>(() => Start(next));
    }

    [Fact]
    public void Step_IsWaitedFor_WhenMoreIsWrittenWithIt()
    {
        var fetched = Fetch();
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.Zero))
        using (var transaction = (JobStorageTransaction)_worker.CreateWriteTransaction())
        {
            _worker.GetJobData(fetched.JobId);
            transaction.SetJobState(fetched.JobId, new TestState("Processing"));
            transaction.IncrementCounter("started");
            transaction.Commit();
        }

        Assert.Equal("Enqueued,Processing", Written(fetched));
    }

    [Fact]
    public void Step_IsWritten_BeforeItsJobIsRemovedFromTheQueue()
    {
        var fetched = Fetch();
        Start(fetched);
        fetched.RemoveFromQueue();
        Assert.Equal("Enqueued,Processing", Written(fetched));
    }

    [Fact]
    public void Step_IsNoMore_WhenItsJobGoesBack()
    {
        var fetched = Fetch();
        Start(fetched);
        fetched.Requeue();
        Assert.Equal("Enqueued", _other.GetStateData(fetched.JobId)!.Name);
        Assert.Null(_database.Owner(LockOf(fetched.JobId)));
        Assert.Equal(fetched.JobId, _other.FetchNextJob(Queues, CancellationToken.None).JobId);
    }

    [Fact]
    public void Steps_AreWritten_WhenTheStorageIsDisposed()
    {
        var fetched = Fetch();
        Start(fetched);
        _database.Storage.Dispose();
        Assert.Equal("Enqueued,Processing", Written(fetched));
    }

    [Fact]
    public void TwoWorkers_OfOneJobThatIsQueuedTwice_WriteBothSteps()
    {
        var first = Fetch();
        using (var transaction = _other.CreateWriteTransaction())
        {
            transaction.AddToQueue("q", first.JobId);
            transaction.Commit();
        }

        Start(first);
        var second = _other.FetchNextJob(Queues, CancellationToken.None);
        Assert.Equal(first.JobId, second.JobId);
        Start(_other, second);
        Succeed(first);
        Assert.Equal("Enqueued,Processing,Processing,Succeeded", Written(first));
    }

    [Fact]
    public void Step_StaysToBeWritten_WhenTheCommitOfTheEndFails()
    {
        var fetched = Fetch();
        Start(fetched);
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.Zero))
        using (var transaction = (JobStorageTransaction)_worker.CreateWriteTransaction())
        {
            transaction.SetJobState(fetched.JobId, new SucceededState(null, 1, 1));
            // longer than its column
            transaction.AddToQueue(new string('q', 300), fetched.JobId);
            Assert.ThrowsAny<MySqlException>(transaction.Commit);
        }

        Assert.Equal("Enqueued", Written(fetched));
        Assert.Equal("Processing", _other.GetStateData(fetched.JobId)!.Name);
        Succeed(fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(fetched));
    }

    private IEnumerable<string> Unsettled() => _database.Storage.Shared!.Behind.Unsettled;

    /// <summary>The states that stand in the database, which another process would see.</summary>
    private string Written(IFetchedJob job) => _database.Scalar<string>($"select group_concat(Name order by Id) from State where JobId = {job.JobId}");

    private void KillSession(IFetchedJob job)
    {
        _database.Execute($"kill {_database.Owner(LockOf(job.JobId))}");
        _database.Storage.Shared!.Ping();
    }

    private void WriteDue()
    {
        Delay = TimeSpan.Zero;
        _database.Storage.Shared!.Behind.WriteDue();
    }

    private IFetchedJob Fetch(JobStorageConnection? worker = null)
    {
        var id = _other.CreateExpiredJob(Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string> { ["p"] = "1" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));
        using (var transaction = _other.CreateWriteTransaction())
        {
            transaction.SetJobState(id, new EnqueuedState("q"));
            transaction.AddToQueue("q", id);
            transaction.Commit();
        }

        var fetched = (worker ?? _worker).FetchNextJob(Queues, CancellationToken.None);
        Assert.Equal(id, fetched.JobId);
        return fetched;
    }

    private void Start(IFetchedJob fetched) => Start(_worker, fetched);

    /// <summary>As Hangfire's worker does.</summary>
    private static void Start(JobStorageConnection worker, IFetchedJob fetched)
    {
        using (worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(15)))
        {
            worker.GetJobData(fetched.JobId);
            using var transaction = (JobStorageTransaction)worker.CreateWriteTransaction();
            transaction.SetJobState(fetched.JobId, new TestState("Processing"));
            transaction.PersistJob(fetched.JobId);
            transaction.Commit();
        }
    }

    private void Succeed(IFetchedJob fetched)
    {
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(15)))
        {
            Assert.Equal("Processing", _worker.GetJobData(fetched.JobId)!.State);
            using var transaction = (JobStorageTransaction)_worker.CreateWriteTransaction();
            transaction.SetJobState(fetched.JobId, new SucceededState(null, 1, 1));
            transaction.ExpireJob(fetched.JobId, TimeSpan.FromDays(1));
            transaction.RemoveFromQueue(fetched);
            transaction.Commit();
        }
    }
}
