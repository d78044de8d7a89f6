using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>What a worker of a running server finds ready: its next job, claimed with the commit of its last, and the lock on the job that it runs.</summary>
public sealed class ClaimAheadTests : IDisposable
{
    private static readonly string[] Queues = ["q"];

    private readonly TestStorage _database = new(nameof(ClaimAheadTests));
    private readonly JobStorageConnection _worker;
    private readonly JobStorageConnection _other;

    public ClaimAheadTests()
    {
        _worker = Connection(_database.Storage);
        _other = Connection(_database.Storage);
        _database.Storage.ServerStarts();
    }

    private long Free => _database.Scalar<long>("select count(*) from JobQueue where FetchedAt is null");

    private long Claimed => _database.Scalar<long>("select count(*) from JobQueue where FetchedAt is not null");

    public void Dispose()
    {
        _worker.Dispose();
        _other.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Acknowledgement_ClaimsTheNextJob()
    {
        _database.Storage.Shared!.SweepInterval = TimeSpan.FromMinutes(1);
        var ids = Enqueue(3);
        var first = Process();
        Acknowledge(first);
        Assert.Equal((1, 1), (Free, Claimed));
        var next = Fetch();
        Assert.Equal([ids[0], ids[1]], [first.JobId, next.JobId]);
        Assert.Equal((1, 1), (Free, Claimed));
        Assert.NotNull(_database.Owner(LockOf(next.JobId)));
        // what was read with the claim
        Assert.Equal("Enqueued", State(next.JobId));
    }

    [Fact]
    public void Acknowledgement_ClaimsNothing_WithoutServer()
    {
        Enqueue(2);
        _database.Storage.ServerStops();
        Acknowledge(Process());
        Assert.Equal((1, 0), (Free, Claimed));
    }

    [Fact]
    public void Acknowledgement_ClaimsNothing_WhenItFails()
    {
        var ids = Enqueue(2);
        var first = Process();
        _database.Execute("update JobQueue set FetchToken = 'thief' where FetchToken is not null");
        Assert.Throws<JobLeaseLostException>(() => Acknowledge(first));
        Assert.Equal((1, 1), (Free, Claimed));
        Assert.Null(_database.Owner(LockOf(ids[1])));
        Assert.Equal(ids[1], Fetch().JobId);
    }

    [Fact]
    public async Task Worker_IsHandedAJob_WhileAnotherRuns()
    {
        var ids = Enqueue(1);
        var first = Process();
        var waiting = Task.Run(() => { using var fetched = _other.FetchNextJob(Queues, CancellationToken.None); fetched.RemoveFromQueue(); return fetched.JobId; });
        var next = Enqueue(1);
        Assert.Equal(next[0], await waiting);
        Acknowledge(first);
        Assert.Equal(ids[0], first.JobId);
        Assert.Equal((0, 0), (Free, Claimed));
    }

    [Fact]
    public void ClaimedJob_GoesBack_WhenNobodyComesForIt()
    {
        Enqueue(2);
        Acknowledge(Process());
        Assert.Equal((0, 1), (Free, Claimed));
        // the heartbeat's second look
        Wait.Until(() => Free == 1, "the job to go back");
    }

    [Fact]
    public void ClaimedJob_GoesBackAtOnce_WhenTheServerStops()
    {
        var ids = Enqueue(2);
        Acknowledge(Process());
        _database.Storage.ServerStops();
        Assert.Equal((1, 0), (Free, Claimed));
        Assert.Null(_database.Owner(LockOf(ids[1])));
    }

    [Fact]
    public void LockOnRunningJob_IsKept_AndTheJobKnown()
    {
        Enqueue(1);
        var running = Process();
        Assert.NotNull(_database.Owner(LockOf(running.JobId)));
        using (_worker.AcquireDistributedLock(LockOf(running.JobId), TimeSpan.FromSeconds(5)))
        {
            JobData? job = null;
            Assert.Equal(0, Packets.Of(() => job = _worker.GetJobData(running.JobId)));
            Assert.Equal("Processing", job!.State);
            Assert.Equal(["1", "2"], [job.ParametersSnapshot["p"], job.ParametersSnapshot["in transaction"]]);
            Assert.Equal(typeof(Jobs), job.Job.Type);
        }

        Assert.Null(_database.Owner(LockOf(running.JobId)));
    }

    [Fact]
    public void LockOnRunningJob_IsFreeForOthersOfTheProcess()
    {
        Enqueue(1);
        var running = Process();
        using (_other.AcquireDistributedLock(LockOf(running.JobId), TimeSpan.Zero))
        {
            Assert.Equal("Processing", _other.GetJobData(running.JobId)!.State);
            ChangeState(_other, running.JobId, new DeletedState());
        }

        using (_worker.AcquireDistributedLock(LockOf(running.JobId), TimeSpan.Zero))
        {
            Assert.Equal("Deleted", State(running.JobId));
        }
    }

    [Fact]
    public void LockOnRunningJob_IsFreeForOtherProcesses_AfterAMoment()
    {
        Enqueue(1);
        var running = Process();
        using var elsewhere = _database.Another();
        using var other = Connection(elsewhere);
        using (other.AcquireDistributedLock(LockOf(running.JobId), TimeSpan.FromSeconds(20)))
        {
            ChangeState(other, running.JobId, new DeletedState());
        }

        using (_worker.AcquireDistributedLock(LockOf(running.JobId), TimeSpan.FromSeconds(5)))
        {
            Assert.Equal("Deleted", State(running.JobId));
        }
    }

    [Fact]
    public void RunningJob_IsReadAnew_WhenItWasChangedWithoutTheLock()
    {
        Enqueue(1);
        var running = Process();
        _other.SetJobParameter(running.JobId, "p", "changed");
        using (_worker.AcquireDistributedLock(LockOf(running.JobId), TimeSpan.FromSeconds(5)))
        {
            Assert.Equal("changed", _worker.GetJobData(running.JobId)!.ParametersSnapshot["p"]);
        }
    }

    [Fact]
    public void RunningJob_IsReadAnew_WhenItWasChangedWhileItsWorkerHadTheLock()
    {
        Enqueue(1);
        var fetched = Fetch();
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(5)))
        {
            _worker.GetJobData(fetched.JobId);
            _other.SetJobParameter(fetched.JobId, "p", "changed");
            ChangeState(_worker, fetched.JobId, new TestState("Processing"));
        }

        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(5)))
        {
            Assert.Equal("changed", _worker.GetJobData(fetched.JobId)!.ParametersSnapshot["p"]);
        }
    }

    [Fact]
    public void LockOnRunningJob_IsFree_UnderALockThatIsNotAJobs()
    {
        Enqueue(1);
        var running = Process();
        using (_other.AcquireDistributedLock("locks:schedulepoller", TimeSpan.Zero))
        using (_other.AcquireDistributedLock(LockOf(running.JobId), TimeSpan.Zero))
        {
            Assert.Equal(_database.Owner("locks:schedulepoller"), _database.Owner(LockOf(running.JobId)));
        }
    }

    [Fact]
    public void LockOnJob_IsTakenAgain_WhenSomethingIsReadUnderIt()
    {
        Enqueue(1);
        var fetched = Fetch();
        _database.Storage.ServerStops();
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(5)))
        {
            ChangeState(_worker, fetched.JobId, new TestState("Processing"));
            Assert.Null(_database.Owner(LockOf(fetched.JobId)));
            Assert.Equal("1", _worker.GetJobParameter(fetched.JobId, "p"));
            Assert.NotNull(_database.Owner(LockOf(fetched.JobId)));
        }

        Assert.Null(_database.Owner(LockOf(fetched.JobId)));
    }

    [Fact]
    public void Server_IsCountedAgain_WhenItIsRestarted()
    {
        _database.Storage.ServerStops();
        var process = new HeartbeatProcess(_database.Storage);
        for (var start = 0; start < 2; start++)
        {
            using var stop = new CancellationTokenSource();
            var context = new BackgroundProcessContext("server", _database.Storage, new Dictionary<string, object>(), Guid.NewGuid(), stop.Token, stop.Token, stop.Token);
            var runs = Task.Run(() => process.Execute(context));
            Wait.Until(() => _database.Storage.RunsServer, "the server to be counted");
            stop.Cancel();
            Assert.False(_database.Storage.RunsServer);
            Wait.Until(() => runs.IsCompleted, "the process to end");
        }
    }

    [Fact]
    public void LockOnRunningJob_CanBeTakenAgain_InTheSameBreath()
    {
        Enqueue(1);
        var fetched = Fetch();
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(5)))
        {
            ChangeState(_worker, fetched.JobId, new TestState("Processing"));
            ChangeState(_worker, fetched.JobId, new SucceededState(null, 1, 1));
            Assert.NotNull(_database.Owner(LockOf(fetched.JobId)));
            Assert.Equal("Succeeded", State(fetched.JobId));
        }

        Acknowledge(fetched);
        Assert.Null(_database.Owner(LockOf(fetched.JobId)));
    }

    private string State(string jobId) => _worker.GetJobData(jobId)!.State;

    private List<string> Enqueue(int jobs) => Enumerable.Range(0, jobs).Select(_ =>
    {
        var id = _other.CreateExpiredJob(Job.FromExpression(() => Jobs.Nothing()), new Dictionary<string, string> { ["p"] = "1" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));
        using var transaction = _other.CreateWriteTransaction();
        transaction.SetJobState(id, new EnqueuedState("q"));
        transaction.AddToQueue("q", id);
        transaction.Commit();
        return id;
    }).ToList();

    private IFetchedJob Fetch() => _worker.FetchNextJob(Queues, CancellationToken.None);

    private IFetchedJob Process()
    {
        var fetched = Fetch();
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(5)))
        {
            _worker.GetJobData(fetched.JobId);
            using var transaction = (JobStorageTransaction)_worker.CreateWriteTransaction();
            transaction.SetJobState(fetched.JobId, new TestState("Processing"));
            transaction.SetJobParameter(fetched.JobId, "in transaction", "2");
            transaction.Commit();
        }

        return fetched;
    }

    private void Acknowledge(IFetchedJob fetched)
    {
        using (_worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(5)))
        {
            using var transaction = (JobStorageTransaction)_worker.CreateWriteTransaction();
            transaction.SetJobState(fetched.JobId, new SucceededState(null, 1, 1));
            transaction.RemoveFromQueue(fetched);
            transaction.Commit();
        }
    }
}
