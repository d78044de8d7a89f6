using System.Diagnostics;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>A worker's process, or the holder of a lock, dies or is frozen.</summary>
public sealed class ProcessFaults : IDisposable
{
    private readonly TestStorage _database = new(nameof(ProcessFaults));
    private readonly BackgroundJobClient _client;

    public ProcessFaults()
    {
        Array.ForEach(FaultJobs.Tables, _database.Execute);
        _client = new BackgroundJobClient(_database.Storage);
    }

    public void Dispose() => _database.Dispose();

    private long Ran(string what) => _database.Scalar<long>($"select count(*) from ran where what = '{what}'");

    private string StatesOf(string id) => _database.Scalar<string>($"select group_concat(Name order by Id) from State where JobId = {id}");

    private long Succeeded => _database.Storage.GetMonitoringApi().GetStatistics().Succeeded;

    [Fact]
    public void Job_DoesNotRunAgain_WhenItsProcessIsKilledAfterTheLastCommit()
    {
        var parent = _client.Enqueue(() => FaultJobs.Note(_database.ConnectionString, "parent"));
        var child = _client.ContinueJobWith(parent, () => FaultJobs.Note(_database.ConnectionString, "child"));
        using (var process = FaultProcess.Start("die-after-commit", _database.ConnectionString))
        {
            Wait.Until(() => process.HasExited, "the worker to kill itself");
        }

        Assert.Equal("Enqueued,Processing,Succeeded", StatesOf(parent));
        Assert.Equal(0, _database.Scalar<long>($"select count(*) from JobQueue where JobId = {parent}"));
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1, SchedulePollingInterval = TimeSpan.FromMilliseconds(100) }, _database.Storage);
        Wait.Until(() => Succeeded == 2, "the continuation");
        _client.Enqueue(() => FaultJobs.Note(_database.ConnectionString, "last"));
        Wait.Until(() => Succeeded == 3, "a job that is enqueued later");
        Assert.Equal((1, 1), (Ran("parent"), Ran("child")));
        Assert.EndsWith("Succeeded", StatesOf(child), StringComparison.Ordinal);
    }

    [Fact]
    public void FrozenProcess_ChangesNothing_WhenItWakesPastItsLease()
    {
        var id = _client.Enqueue(() => FaultJobs.NoteAndWait(_database.ConnectionString, "frozen"));
        var child = _client.ContinueJobWith(id, () => FaultJobs.Note(_database.ConnectionString, "child"));
        using var process = FaultProcess.Start("serve", _database.ConnectionString);
        Wait.Until(() => Ran("frozen") == 1 && StatesOf(id) == "Enqueued,Processing", "the process to run the job");
        process.Freeze();
        using (var storage = _database.Another(options => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(2)))
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, storage))
        {
            Wait.Until(() => Succeeded == 2, "another to run the job and its continuation");
        }

        var states = StatesOf(id);
        _database.Execute("insert into told values ('frozen')");
        process.Thaw();
        // its one worker is done with the job when it runs the next
        _client.Enqueue(() => FaultJobs.Note(_database.ConnectionString, "next"));
        Wait.Until(() => Succeeded == 3, "the woken process to go on");
        Assert.Equal("child", _database.Scalar<string>("select who from ran where what = 'next'"));
        Assert.Equal("Enqueued,Processing,Processing,Succeeded", states);
        Assert.Equal(states, StatesOf(id));
        Assert.Equal((2, 1), (Ran("frozen"), Ran("child")));
        Assert.Equal("Awaiting,Enqueued,Processing,Succeeded", StatesOf(child));
    }

    [Fact]
    public void Lock_IsFreeAtOnce_WhenItsHolderIsKilled()
    {
        using var process = FaultProcess.Start("hold-lock", _database.ConnectionString);
        Wait.Until(() => process.Lines.Contains("held"), "the process to take the lock");
        using var connection = _database.Storage.GetConnection();
        Assert.ThrowsAny<DistributedLockTimeoutException>(() => connection.AcquireDistributedLock("held", TimeSpan.Zero));
        process.Kill();
        var killed = Stopwatch.GetTimestamp();
        using (connection.AcquireDistributedLock("held", Wait.Deadline))
        {
            Assert.InRange(Stopwatch.GetElapsedTime(killed).TotalSeconds, 0, 10);
        }
    }
}
