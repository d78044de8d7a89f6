using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySql.Commands;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using MySqlConnector;
using static Hangfire.MySqlStorage.Tests.Support.JobLocks;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>A job that is enqueued while workers of the same process wait is theirs with the commit, as if they had fetched it after.</summary>
public sealed class HandoverTests : IDisposable
{
    private static readonly string[] Queues = ["first", "q"];

    private readonly TestStorage _database = new(nameof(HandoverTests));
    private readonly JobStorageConnection _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(JobStorageConnection Connection, Task<IFetchedJob> Fetched)> _workers = [];

    public HandoverTests()
    {
        _client = Connection(_database.Storage);
        _database.Storage.ServerStarts();
        // on a busy machine too
        _database.Storage.Shared!.SweepInterval = TimeSpan.FromMinutes(1);
        _database.Storage.Shared.Behind.Delay = TimeSpan.FromHours(1);
        _database.Storage.Shared.Behind.LongestFresh = TimeSpan.FromMinutes(1);
        // opens the session
        Enqueue(Create(null), "elsewhere");
        _database.Execute("delete from JobQueue");
    }

    private long Free => _database.Scalar<long>("select count(*) from JobQueue where FetchedAt is null");

    public void Dispose()
    {
        _stop.Cancel();
        Wait.Until(() => _workers.All(worker => worker.Fetched.IsCompleted), "the workers to stop");
        _workers.ForEach(worker => worker.Connection.Dispose());
        _client.Dispose();
        _stop.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Job_IsClaimedByTheCommitThatEnqueuesIt_AndItsWorkerNeedsNoPacketToStartIt()
    {
        StartWorkers(2);
        var id = "";
        Assert.Equal(1, Packets.Of(() => id = Enqueue()));
        Assert.Equal(0, Free);
        var (worker, fetched) = One();
        Assert.Equal(id, fetched.JobId);
        JobData? job = null;
        Assert.Equal(0, Packets.Of(() => job = Start(worker, fetched)));
        Assert.Equal(("Enqueued", "1", null), (job!.State, job.ParametersSnapshot["p"], job.ParametersSnapshot["none"]));
        Assert.Equal((typeof(Jobs), DateTime.UnixEpoch), (job.Job.Type, job.CreatedAt));
        Assert.Equal(job.InvocationData.SerializePayload(), Connection(_database.Another()).GetJobData(id)!.InvocationData.SerializePayload());
        Finish(worker, fetched);
        Assert.Equal("Enqueued,Processing,Succeeded", Written(id));
        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue"));
        Assert.Null(_database.Owner(LockOf(id)));
    }

    [Fact]
    public void LockOfTheCommit_PassesToTheWorker()
    {
        var id = Create(new AwaitingState("1"));
        StartWorkers(2);
        using (_client.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            Assert.Equal("Awaiting", _client.GetJobData(id)!.State);
            // by another, without the lock: the worker is to know
            using var elsewhere = Connection(_database.Another());
            elsewhere.SetJobParameter(id, "p", "changed");
            Assert.Equal(1, Packets.Of(() => Enqueue(id)));
            var (worker, fetched) = One();
            Assert.NotNull(_database.Owner(LockOf(id)));
            JobData? job = null;
            Assert.Equal(0, Packets.Of(() => job = Start(worker, fetched)));
            Assert.Equal(("Enqueued", "changed"), (job!.State, job.ParametersSnapshot["p"]));
            Finish(worker, fetched);
        }

        Assert.Equal("Awaiting,Enqueued,Processing,Succeeded", Written(id));
        Assert.Null(_database.Owner(LockOf(id)));
    }

    [Fact]
    public void LockThatIsHeldOn_IsWaitedForByTheWorker()
    {
        var id = Create(new AwaitingState("1"));
        StartWorkers(2);
        JobData? job = null;
        Thread starts;
        using (_client.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
        {
            using (_client.AcquireDistributedLock(LockOf(id), TimeSpan.Zero))
            {
                Enqueue(id);
            }

            var (worker, fetched) = One();
            starts = new Thread(() => job = Start(worker, fetched));
            starts.Start();
            Wait.Until(() => starts.ThreadState.HasFlag(ThreadState.WaitSleepJoin), "the worker to wait");
            Assert.Null(job);
            // the lock goes with this commit
            ChangeState(_client, id, new DeletedState());
        }

        Assert.True(starts.Join(Wait.Deadline));
        Assert.Equal("Deleted", job!.State);
    }

    [Fact]
    public void Jobs_GoToAsManyAsWait_AndTheRestToTheirLeader()
    {
        StartWorkers(4);
        var ids = Enumerable.Range(0, 5).Select(_ => Create(null)).ToList();
        using (var transaction = _client.CreateWriteTransaction())
        {
            foreach (var (id, i) in ids.Select((id, i) => (id, i)))
            {
                transaction.SetJobState(id, new EnqueuedState(Queues[i % 2]));
                transaction.AddToQueue(Queues[i % 2], id);
            }

            transaction.Commit();
        }

        Wait.Until(() => _workers.All(worker => worker.Fetched.IsCompletedSuccessfully), "each worker to have a job");
        Assert.Equal(1, Free);
        Assert.Equal(4, Done().Select(worker => worker.Fetched.JobId).Intersect(ids).Count());
        foreach (var (worker, fetched) in Done())
        {
            Start(worker, fetched);
            Finish(worker, fetched);
            Assert.Equal(0, _database.Scalar<long>($"select count(*) from JobQueue where JobId = {fetched.JobId}"));
        }

        Assert.Equal(1, _database.Scalar<long>("select count(*) from JobQueue where FetchToken is null"));
        Assert.Equal(1, _database.Scalar<long>("select count(*) from JobQueue"));
    }

    [Fact]
    public void Job_OfAQueueThatNobodyWaitsFor_StaysFree()
    {
        StartWorkers(2);
        Enqueue(Create(null), "other");
        Assert.Equal(1, Free);
        Assert.Empty(Done());
    }

    /// <summary>Its first worker would take the second's Processing for its own.</summary>
    [Fact]
    public void Job_ThatStillRuns_IsNotHandedOver()
    {
        StartWorkers(3);
        var id = Enqueue();
        var (worker, fetched) = One();
        Start(worker, fetched);
        var again = Again(id);
        Assert.Empty(_database.Storage.ClaimsOf(again));
        Finish(worker, fetched);
        using var claim = Assert.Single(_database.Storage.ClaimsOf(again));
        claim.Complete();
    }

    [Fact]
    public void Worker_WaitsOn_WhenTheCommitFails()
    {
        StartWorkers(2);
        var id = Create(null);
        using (var transaction = (JobStorageTransaction)_client.CreateWriteTransaction())
        {
            transaction.AddToQueue("q", id);
            // longer than its column
            transaction.InsertToList(new string('x', 1000), "value");
            Assert.Throws<MySqlException>(transaction.Commit);
        }

        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue"));
        Assert.Null(_database.Owner(LockOf(id)));
        WaitForIdle(1);
        Enqueue(id);
        Assert.Equal(id, One().Fetched.JobId);
    }

    [Fact]
    public void Worker_IsFreeForOthers_WhileTheCommitWaitsForARow()
    {
        StartWorkers(2);
        var slow = Create(new AwaitingState("1"));
        using var held = _database.HoldRow(slow);
        using var other = Connection(_database.Storage);
        var waits = Task.Run(() => Enqueue(slow, "q", other));
        WaitForCommitAtRow();
        WaitForIdle(1);
        Assert.False(waits.IsCompleted);
        held.Dispose();
        Wait.Until(() => waits.IsCompletedSuccessfully, "the commit to be done");
        Assert.Equal(slow, One().Fetched.JobId);
    }

    [Fact]
    public void Worker_WaitsOn_WhenTheSessionIsLostUnderTheCommit()
    {
        StartWorkers(2);
        var id = Create(new AwaitingState("1"));
        using (_database.HoldRow(id))
        {
            using var other = Connection(_database.Storage);
            var waits = Task.Run(() => Enqueue(id, "q", other));
            _database.Execute($"kill {WaitForCommitAtRow()}");
            Wait.Until(() => waits.IsCompleted, "the commit to fail");
            Assert.IsType<MySqlException>(waits.Exception!.InnerException);
        }

        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue"));
        WaitForIdle(1);
        Enqueue(id);
        Assert.Equal(id, One().Fetched.JobId);
    }

    [Fact]
    public void Job_GoesBack_WhenItsWorkerHasStoppedMeanwhile()
    {
        StartWorkers(2);
        var writes = Again(Create(null));
        var job = writes.Enqueued[0];
        using (var request = new MySql.Sharing.CommitRequest(writes, [], [], _database.Storage.ClaimsOf(writes)))
        {
            _stop.Cancel();
            Wait.Until(() => _workers.All(worker => worker.Fetched.IsCompleted), "the workers to stop");
            _database.Storage.Shared!.Run(request);
        }

        _database.Storage.ServerStops();
        Assert.Equal(1, Free);
        Assert.Null(_database.Owner(LockOf($"{job.JobId}")));
    }

    /// <summary>Together they are larger than a packet is made.</summary>
    [Fact]
    public void LargeJobs_ServedTogether_AreHandedOver()
    {
        const int Many = 24;
        StartWorkers(Many + 1);
        var clients = Enumerable.Range(0, Many).Select(_ => Connection(_database.Storage)).ToList();
        var enqueued = clients.ConvertAll(client => Task.Factory.StartNew(
            () => Enqueue(Create(null, client, new string('x', 25_000)), "q", client), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Wait.Until(() => Done().Count == Many, "all jobs to be handed over");
        Assert.Equal(enqueued.Select(task => task.Result).Order(), Done().Select(worker => worker.Fetched.JobId).Order());
        foreach (var (worker, fetched) in Done())
        {
            Assert.Equal(25_000, ((string)Start(worker, fetched)!.Job.Args[0]).Length);
            Finish(worker, fetched);
        }

        Assert.Equal(0, _database.Scalar<long>("select count(*) from JobQueue"));
        clients.ForEach(client => client.Dispose());
    }

    private List<(JobStorageConnection Worker, IFetchedJob Fetched)> Done() =>
        _workers.Where(worker => worker.Fetched.IsCompletedSuccessfully).Select(worker => (worker.Connection, worker.Fetched.Result)).ToList();

    /// <summary>The only worker that has got a job.</summary>
    private (JobStorageConnection Worker, IFetchedJob Fetched) One()
    {
        Wait.Until(() => Done().Count > 0, "a worker to have a job");
        return Done().Single();
    }

    /// <returns>The session that waits for a job's row: several looks in a row have found it there.</returns>
    private long WaitForCommitAtRow()
    {
        long? session = null;
        var looks = 0;
        Wait.Until(
            () =>
            {
                var seen = _database.Scalar<long?>("select max(Id) from information_schema.processlist where Db = database() and Info like 'update `Job`%'");
                looks = seen is not null && seen == session ? looks + 1 : 0;
                session = seen;
                return looks > 4;
            },
            "the commit to wait");
        return session!.Value;
    }

    /// <summary>Workers that wait, one of them leading.</summary>
    private void StartWorkers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var connection = Connection(_database.Storage);
            _workers.Add((connection, Task.Factory.StartNew(
                () => connection.FetchNextJob(Queues, _stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }

        WaitForIdle(count - 1);
    }

    private void WaitForIdle(int workers)
    {
        var jobs = Enumerable.Range(0, 100).Select(_ => new QueuedJob("q", 0)).ToList();
        Wait.Until(
            () =>
            {
                using var claim = _database.Storage.Fetcher(Queues).Handover("q", jobs);
                claim?.Complete();
                return claim?.Wanted == workers;
            },
            $"{workers} workers to wait behind the leader");
    }

    private string Create(IState? state, JobStorageConnection? by = null, string? argument = null)
    {
        var client = by ?? _client;
        var parameters = new Dictionary<string, string> { ["p"] = "1", ["none"] = null! };
        var id = client.CreateExpiredJob(Job.FromExpression(() => Jobs.Take(argument ?? "x")), parameters, DateTime.UnixEpoch, TimeSpan.FromHours(1));
        if (state is not null)
        {
            ChangeState(client, id, state);
        }

        return id;
    }

    private WriteSet Again(string id)
    {
        var writes = new WriteSet(_database.Storage.Database.Tables);
        writes.Enqueued.Add(new QueuedJob("q", long.Parse(id)));
        return writes;
    }

    private string Enqueue() => Enqueue(Create(null));

    private string Enqueue(string id, string queue = "q", JobStorageConnection? by = null)
    {
        using var transaction = (by ?? _client).CreateWriteTransaction();
        transaction.SetJobState(id, new EnqueuedState(queue));
        transaction.AddToQueue(queue, id);
        transaction.Commit();
        return id;
    }

    private static JobData? Start(JobStorageConnection worker, IFetchedJob fetched)
    {
        using (worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(20)))
        {
            var job = worker.GetJobData(fetched.JobId);
            using var transaction = (JobStorageTransaction)worker.CreateWriteTransaction();
            transaction.SetJobState(fetched.JobId, new TestState("Processing"));
            transaction.PersistJob(fetched.JobId);
            transaction.Commit();
            return job;
        }
    }

    private static void Finish(JobStorageConnection worker, IFetchedJob fetched)
    {
        using (worker.AcquireDistributedLock(LockOf(fetched.JobId), TimeSpan.FromSeconds(20)))
        {
            using var transaction = (JobStorageTransaction)worker.CreateWriteTransaction();
            transaction.SetJobState(fetched.JobId, new SucceededState(null, 1, 1));
            transaction.RemoveFromQueue(fetched);
            transaction.Commit();
        }
    }

    private string Written(string id) => _database.Scalar<string>($"select group_concat(Name order by Id) from State where JobId = {id}");
}
