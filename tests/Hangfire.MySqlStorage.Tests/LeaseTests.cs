using System.Diagnostics;
using Hangfire.MySql;
using Hangfire.MySql.JobQueue;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>Who owns a fetched job, and what becomes of one whose owner is gone.</summary>
public sealed class LeaseTests : IDisposable
{
    private static readonly string[] Queues = ["default"];

    private readonly TestStorage _database = new(nameof(LeaseTests));
    private readonly BackgroundJobClient _client;
    private readonly string _job;

    public LeaseTests()
    {
        _client = new BackgroundJobClient(_database.Storage);
        _job = _client.Enqueue(() => Jobs.Nothing());
    }

    public void Dispose() => _database.Dispose();

    private static IFetchedJob Fetch(IStorageConnection connection)
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        return connection.FetchNextJob(Queues, deadline.Token);
    }

    private void LoseLease() => _database.Execute("update JobQueue set FetchedAt = null, FetchToken = null");

    private void Finish(IStorageConnection connection, IFetchedJob fetched)
    {
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        transaction.SetJobState(fetched.JobId, new TestState("Done"));
        transaction.IncrementCounter("done");
        transaction.AddToQueue("next", fetched.JobId);
        transaction.RemoveFromQueue(fetched);
        transaction.Commit();
    }

    [Fact]
    public void Commit_RollsBackWhole_WhenJobBelongsToAnother()
    {
        using var other = _database.Another();
        using var late = _database.Storage.GetConnection();
        using var prompt = other.GetConnection();
        using var lost = Fetch(late);
        LoseLease();
        using var owned = Fetch(prompt);
        Assert.Equal(_job, owned.JobId);

        Assert.Throws<JobLeaseLostException>(() => Finish(late, lost));
        Assert.Equal("Enqueued", prompt.GetJobData(_job).State);
        Assert.Equal(0, ((JobStorageConnection)prompt).GetCounter("done"));
        Assert.Equal(1, _database.Scalar<long>("select count(*) from JobQueue"));
        Assert.Equal(1, _database.Scalar<long>("select count(*) from State"));

        lost.RemoveFromQueue();
        lost.Requeue();
        Finish(prompt, owned);
        Assert.Equal("Done", prompt.GetJobData(_job).State);
        Assert.Equal(1, ((JobStorageConnection)prompt).GetCounter("done"));
        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue where Queue = 'default'"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    public void Commit_OfJobsFromSeveralClaims_TakesEachForItsOwnClaims(int? stolen, bool commits)
    {
        using var connection = (JobStorageConnection)_database.Storage.GetConnection();
        var jobs = new List<IFetchedJob> { Fetch(connection) };
        for (var i = 0; i < 2; i++)
        {
            _client.Enqueue(() => Jobs.Nothing());
            jobs.Add(Fetch(connection));
        }

        // the same process has claimed one of them once more
        _ = stolen is { } index
            && Run($"update JobQueue q inner join JobQueue o on o.JobId = {jobs[(index + 1) % 3].JobId} set q.FetchToken = o.FetchToken where q.JobId = {jobs[index].JobId}");
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
        jobs.ForEach(transaction.RemoveFromQueue);
        var error = Record.Exception(transaction.Commit);
        Assert.Equal(commits, error is null);
        Assert.True(commits || error is JobLeaseLostException, error?.ToString());
        Assert.Equal(commits ? 0 : 3, _database.Scalar<long>("select count(*) from JobQueue"));
    }

    private bool Run(string sql)
    {
        _database.Execute(sql);
        return true;
    }

    [Fact]
    public void Commit_WritesNothingAtAll_ThroughConnectionWhoseJobIsLost()
    {
        using var late = (JobStorageConnection)_database.Storage.GetConnection();
        using var lost = Fetch(late);
        LoseLease();
        using (var transaction = late.CreateWriteTransaction())
        {
            transaction.IncrementCounter("late");
            Assert.Throws<JobLeaseLostException>(transaction.Commit);
        }

        Assert.Throws<JobLeaseLostException>(() => late.SetJobParameter(_job, "AntecedentResult", "late"));
        Assert.Null(late.GetJobData(_job));
        Assert.Equal(0, late.GetCounter("late"));
        Assert.Null(late.GetJobParameter(_job, "AntecedentResult"));
    }

    [Fact]
    public void Commit_StillWrites_AfterItsJobWasAcknowledged()
    {
        using var connection = (JobStorageConnection)_database.Storage.GetConnection();
        using var fetched = Fetch(connection);
        Finish(connection, fetched);
        fetched.RemoveFromQueue();
        using var transaction = connection.CreateWriteTransaction();
        transaction.IncrementCounter("after");
        transaction.Commit();
        Assert.Equal(1, connection.GetCounter("after"));
    }

    [Fact]
    public void FetchedJob_IsFetchedAgain_WhenRequeuedOrDisposed()
    {
        using var connection = _database.Storage.GetConnection();
        using (var first = Fetch(connection))
        {
            first.Requeue();
        }

        using (Fetch(connection))
        {
        }

        using var third = Fetch(connection);
        third.RemoveFromQueue();
        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue"));
    }

    [Fact]
    public void Fetch_TakesJob_WhoseLeaseHasRunOut()
    {
        using var connection = _database.Storage.GetConnection();
        var fresh = RunOutAndEnqueue();
        SeeDatabaseFor(seconds: 70, until: Now());
        using var fetched = Fetch(connection);
        Assert.Equal(_job, fetched.JobId);
        using var next = Fetch(connection);
        Assert.Equal(fresh, next.JobId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fetch_LeavesJob_WhoseLeaseHasRunOut_AfterASilence(bool wasStopped)
    {
        using var connection = _database.Storage.GetConnection();
        var fresh = RunOutAndEnqueue();
        SeeDatabaseFor(seconds: 70, until: Now().AddMinutes(-10));
        if (!wasStopped)
        {
            // else it still has the leave to look from before it was stopped itself
            _database.Storage.StaleLeases.Saw(Now());
        }

        using var fetched = Fetch(connection);
        Assert.Equal(fresh, fetched.JobId);
    }

    /// <summary>A token without a process, such as other versions write: only the time-out can free it.</summary>
    private string RunOutAndEnqueue()
    {
        _database.Execute("update JobQueue set FetchedAt = utc_timestamp(6) - interval 1 hour, FetchToken = 'someone'");
        return _client.Enqueue(() => Jobs.Nothing());
    }

    private DateTime Now() => DateTime.SpecifyKind(_database.Scalar<DateTime>("select utc_timestamp(6)"), DateTimeKind.Utc);

    private void SeeDatabaseFor(int seconds, DateTime until)
    {
        _database.Storage.StaleLeases.Saw(until.AddSeconds(-seconds));
        _database.Storage.StaleLeases.Saw(until);
    }

    [Fact]
    public void Fetch_TakesJob_LongBeforeItsLeaseRunsOut_WhenItsProcessIsGone()
    {
        var dying = _database.Another();
        using var connection = dying.GetConnection();
        Fetch(connection);
        dying.Dispose();
        using var alive = _database.Storage.GetConnection();
        // the deadline is far below the lease's time-out
        using var fetched = Fetch(alive);
        Assert.Equal(_job, fetched.JobId);
    }

    [Fact]
    public void Heartbeat_KeepsJob_ForAsLongAsItRuns()
    {
        using var storage = _database.Another(options => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(1));
        using var connection = storage.GetConnection();
        using var fetched = Fetch(connection);
        var first = _database.Scalar<DateTime>("select FetchedAt from JobQueue");
        Wait.Until(() => _database.Scalar<DateTime>("select FetchedAt from JobQueue") > first.AddSeconds(1.5), "the lease to be renewed beyond its time-out");
        Finish(connection, fetched);
    }

    [Fact]
    public void Heartbeat_NoticesLostLease()
    {
        using var storage = _database.Another(options => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(1));
        using var connection = storage.GetConnection();
        using var fetched = (MySqlFetchedJob)Fetch(connection);
        LoseLease();
        Wait.Until(() => fetched.IsLost, "the heartbeat to notice");
    }

    [Fact]
    public void Heartbeat_GivesBackRow_ThatDatabaseCouldNotBeToldOf()
    {
        using var connection = _database.Storage.GetConnection();
        var fetched = (MySqlFetchedJob)Fetch(connection);
        _database.Execute("rename table JobQueue to Away");
        fetched.Dispose();
        _database.Execute("rename table Away to JobQueue");
        using var again = Fetch(connection);
        Assert.Equal(_job, again.JobId);
    }

    [Fact]
    public void Waiting_AsksDatabaseOncePerPoll_HoweverManyWorkersWait()
    {
        using var storage = _database.Another(options => options.QueuePollInterval = TimeSpan.FromMinutes(1));
        using var source = new CancellationTokenSource();
        using var fetched = Fetch(storage.GetConnection());
        var fetcher = storage.Fetcher(Queues);
        var polls = 0;
        var waiting = Array.Empty<Task>();
        var sent = Packets.Of(() =>
        {
            waiting = Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(
                () => storage.GetConnection().FetchNextJob(Queues, source.Token), source.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            // each poll makes the pause to the next one longer by a fifth, from 50 ms on
            Wait.Until(() => (polls = (int)Math.Round(Math.Log(fetcher.Pause.TotalMilliseconds / 50, 1.2))) >= 12, "polling to slow down");
        });
        // the first claim of all is no poll, and the last poll may not have been sent yet
        Assert.InRange(sent, polls - 1, polls + 4);

        _client.Enqueue(() => Jobs.Nothing());
        Wait.Until(() => waiting.Any(task => task.IsCompleted), "a worker to get the job");
        source.Cancel();
        Wait.Until(() => waiting.All(task => task.IsCompleted), "all workers to stop");
        Assert.Equal(9, waiting.Count(task => task.IsCanceled || task.IsFaulted));
    }

    [Fact]
    public void Enqueue_SignalsThoseThatWaitForTheQueue_OnceTheJobIsThere()
    {
        using var signal = new AutoResetEvent(false);
        using var other = new AutoResetEvent(false);
        _database.Storage.Signals.Listen("default", signal);
        _database.Storage.Signals.Listen("other", other);
        using (var connection = _database.Storage.GetConnection())
        using (var transaction = connection.CreateWriteTransaction())
        {
            transaction.AddToQueue("default", _job);
            Assert.False(signal.WaitOne(0));
            transaction.Commit();
        }

        Assert.True(signal.WaitOne(0));
        Assert.False(other.WaitOne(0));
        _database.Storage.Signals.Leave("default", signal);
        _database.Storage.Signals.Leave("other", other);
    }

    [Fact]
    public void DeadProcesses_LeaveJob_WhenLivingProcessLosesItsLockConnection()
    {
        using var connection = _database.Storage.GetConnection();
        using var fetched = Fetch(connection);
        using var other = _database.Another();
        var name = other.LockName.Of(ProcessLease.Resource(_database.Storage.ProcessLease.ProcessId));
        long? Owner() => _database.Scalar<long?>($"select is_used_lock('{name}')");
        Wait.Until(() => Owner() is not null, "the process's lock");
        var killed = Owner();
        var watch = new DeadProcesses(other);
        _database.Execute($"kill {killed}");
        var started = Stopwatch.GetTimestamp();
        Wait.Until(
            () =>
            {
                watch.RunOnce(Queues);
                return Owner() is { } owner && owner != killed && Stopwatch.GetElapsedTime(started).TotalSeconds > 1.5;
            },
            "the lock to be taken anew");
        Finish(connection, fetched);
    }

    [Fact]
    public async Task Fetch_ThrowsAndLeavesJobs_WhenCancelled()
    {
        using var connection = _database.Storage.GetConnection();
        using var fetched = Fetch(connection);
        using var source = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var another = _database.Storage.GetConnection();
            Assert.ThrowsAny<OperationCanceledException>(() => another.FetchNextJob(Queues, source.Token));
        })).ToArray();
        await source.CancelAsync();
        await Task.WhenAll(waiting);
        fetched.Requeue();
        using var again = Fetch(connection);
        Assert.Equal(_job, again.JobId);
    }

    [Fact]
    public async Task Fetch_FindsJob_EnqueuedByAnotherProcess()
    {
        using var connection = _database.Storage.GetConnection();
        Fetch(connection).RemoveFromQueue();
        var fetch = Task.Run(() => Fetch(connection));
        // straight into the table: nothing in this process hears of it
        _database.Execute($"insert into JobQueue (JobId, Queue) values ({_job}, 'default')");
        using var fetched = await fetch;
        Assert.Equal(_job, fetched.JobId);
        fetched.RemoveFromQueue();
    }

    [Fact]
    public void Fetch_TakesQueuesInTheirOrder()
    {
        using var connection = _database.Storage.GetConnection();
        _client.Create(() => Jobs.Nothing(), new EnqueuedState("zzz"));
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var first = connection.FetchNextJob(["zzz", "default"], deadline.Token);
        using var connection2 = _database.Storage.GetConnection();
        using var second = connection2.FetchNextJob(["zzz", "default"], deadline.Token);
        Assert.Equal(_job, second.JobId);
    }
}
