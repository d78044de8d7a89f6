using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using MySqlConnector;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>Jobs are changed while a lock is held that is not a job's, as Hangfire's schedulers do: in that lock's own session.</summary>
public sealed class JobsUnderLockTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(JobsUnderLockTests));
    private readonly JobStorageConnection _connection;
    private readonly JobStorageConnection _other;
    private readonly IDisposable _scheduler;
    private readonly string _job;

    public JobsUnderLockTests()
    {
        _connection = (JobStorageConnection)_database.Storage.GetConnection();
        _other = (JobStorageConnection)_database.Storage.GetConnection();
        _job = NewJob();
        _scheduler = _connection.AcquireDistributedLock("locks:schedulepoller", TimeSpan.Zero);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _other.Dispose();
        _database.Dispose();
    }

    private string NewJob() => new BackgroundJobClient(_database.Storage).Schedule(() => Jobs.Nothing(), TimeSpan.FromDays(1));

    private IDisposable Lock(string jobId) => _connection.AcquireDistributedLock(LockOf(jobId), TimeSpan.FromSeconds(20));

    [Fact]
    public void StateChange_TakesTwoPackets()
    {
        var jobs = Enumerable.Range(0, 10).Select(_ => NewJob()).ToList();
        var changer = new BackgroundJobStateChanger();
        Assert.Equal(20, Packets.Of(() => jobs.ForEach(id =>
            changer.ChangeState(new StateChangeContext(_database.Storage, _connection, id, new EnqueuedState(), ScheduledState.StateName)))));
        Assert.All(jobs, id => Assert.Equal("Enqueued", _other.GetJobData(id)!.State));
        Assert.All(jobs, id => Assert.Null(_database.Owner(LockOf(id))));
        Assert.NotNull(_database.Owner("locks:schedulepoller"));
        Assert.Equal(10, _database.Storage.GetMonitoringApi().EnqueuedCount("default"));
    }

    [Fact]
    public void JobReadWithItsLock_IsGivenOnce_AndForgottenWhenItsOwnerWrites()
    {
        using var held = Lock(_job);
        Assert.Equal(0, Packets.Of(() => Assert.Equal("Scheduled", _connection.GetJobData(_job)!.State)));
        Assert.Equal(1, Packets.Of(() => _connection.GetJobData(_job)));
        held.Dispose();
        using var again = Lock(_job);
        _connection.SetJobParameter(_job, "p", "1");
        Assert.Equal("1", _connection.GetJobData(_job)!.ParametersSnapshot["p"]);
    }

    [Fact]
    public async Task JobReadWithItsLock_IsReadAfterTheWait()
    {
        var theirs = _other.AcquireDistributedLock(LockOf(_job), TimeSpan.Zero);
        var waits = Task.Factory.StartNew(() => Lock(_job), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Wait.Until(() => _database.Scalar<long>("select count(*) from information_schema.processlist where db = database() and state = 'User lock'") > 0, "the scheduler to wait");
        ChangeState(_other, _job, new EnqueuedState());
        theirs.Dispose();
        using var held = await waits.WaitAsync(Wait.Deadline);
        Assert.Equal(0, Packets.Of(() => Assert.Equal("Enqueued", _connection.GetJobData(_job)!.State)));
    }

    [Fact]
    public void LockOnJob_GoesWithTheCommit_AndJobIsFreshWhenItIsTakenAgain()
    {
        using (Lock(_job))
        {
            ChangeState(_connection, _job, new EnqueuedState());
            Assert.Null(_database.Owner(LockOf(_job)));
            using (_other.AcquireDistributedLock(LockOf(_job), TimeSpan.Zero))
            {
                ChangeState(_other, _job, new DeletedState());
            }

            Assert.Equal("Deleted", _connection.GetJobData(_job)!.State);
            Assert.NotNull(_database.Owner(LockOf(_job)));
            ChangeState(_connection, _job, new EnqueuedState());
            Assert.Null(_database.Owner(LockOf(_job)));
        }

        using (Lock(_job))
        {
            Assert.NotNull(_database.Owner(LockOf(_job)));
            Assert.Equal("Enqueued", _connection.GetJobData(_job)!.State);
        }

        Assert.Null(_database.Owner(LockOf(_job)));
    }

    [Fact]
    public void LockOnJob_IsTakenAgain_ForWhateverFollowsTheCommit()
    {
        using (Lock(_job))
        {
            ChangeState(_connection, _job, new EnqueuedState());
            _connection.SetJobParameter(_job, "p", "2");
            Assert.Equal(_database.Owner("locks:schedulepoller"), _database.Owner(LockOf(_job)));
            ChangeState(_connection, _job, new EnqueuedState());
            using (Lock(NewJob()))
            {
                Assert.NotNull(_database.Owner(LockOf(_job)));
            }
        }

        Assert.Null(_database.Owner(LockOf(_job)));
        Assert.NotNull(_database.Owner("locks:schedulepoller"));
        _scheduler.Dispose();
        Assert.Null(_database.Owner("locks:schedulepoller"));
    }

    [Fact]
    public void LockOnJob_Stays_WhenItWasTakenTwiceOrAnotherJobChangesOrTheCommitFails()
    {
        using (Lock(_job))
        {
            using (Lock(_job))
            {
                ChangeState(_connection, _job, new EnqueuedState());
                Assert.NotNull(_database.Owner(LockOf(_job)));
            }

            ChangeState(_connection, NewJob(), new EnqueuedState());
            Assert.NotNull(_database.Owner(LockOf(_job)));

            using var transaction = _connection.CreateWriteTransaction();
            transaction.SetJobState(_job, new DeletedState());
            transaction.AddToQueue(new string('q', 300), _job);
            Assert.Throws<MySqlException>(transaction.Commit);
            Assert.NotNull(_database.Owner(LockOf(_job)));
            Assert.Equal("Enqueued", _connection.GetJobData(_job)!.State);
        }

        Assert.Null(_database.Owner(LockOf(_job)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_IsRefused_WhenTheSessionWasKilled(bool surrendered)
    {
        var other = NewJob();
        using (Lock(_job))
        {
            _ = surrendered ? Packets.Of(() => ChangeState(_connection, _job, new EnqueuedState())) : 0;
            _database.Execute($"kill {_database.Owner("locks:schedulepoller")}");
            Wait.Until(() => _database.Owner("locks:schedulepoller") is null, "the locks to be free");
            for (var i = 0; i < 2; i++)
            {
                Assert.Throws<DistributedLockLostException>(() => ChangeState(_connection, _job, new DeletedState()));
                Assert.Throws<DistributedLockLostException>(() => Lock(_job));
                Assert.Throws<DistributedLockLostException>(() => Lock(other));
            }
        }

        Assert.Equal(surrendered ? "Enqueued" : "Scheduled", _other.GetJobData(_job)!.State);
        _scheduler.Dispose();
        using (_connection.AcquireDistributedLock("locks:schedulepoller", TimeSpan.FromSeconds(20)))
        using (Lock(_job))
        {
            ChangeState(_connection, _job, new DeletedState());
        }

        Assert.Equal("Deleted", _other.GetJobData(_job)!.State);
    }

    [Fact]
    public void JobOfAnotherConnection_IsFound_ThoughItWasWrittenAfterItsLockWasTaken()
    {
        var created = _other.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string>(), DateTime.UnixEpoch, TimeSpan.FromHours(1));
        using (Lock(created))
        {
            Assert.NotNull(_connection.GetJobData(created));
        }
    }
}
