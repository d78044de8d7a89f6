using System.Diagnostics;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>Hangfire itself, on the storage.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(ServerTests));
    private readonly string _test = Guid.NewGuid().ToString();

    private BackgroundJobClient Client => new(_database.Storage);

    public void Dispose() => _database.Dispose();

    private BackgroundJobServer Server(int workers = 4, params string[] queues) => new(
        new BackgroundJobServerOptions
        {
            WorkerCount = workers,
            Queues = queues.Length == 0 ? ["default"] : queues,
            SchedulePollingInterval = TimeSpan.FromMilliseconds(200),
            StopTimeout = TimeSpan.FromSeconds(5),
        },
        _database.Storage);

    [Fact]
    public void Server_RunsEachJobOnce_WithEightWorkersAndThousandJobs()
    {
        using var server = Server(workers: 8);
        Parallel.For(0, 1000, i => Client.Enqueue(() => Jobs.Run(_test, $"{i}")));
        Wait.Until(() => _database.Storage.GetMonitoringApi().SucceededListCount() == 1000, "1000 jobs to succeed");
        Assert.Equal(1000, Jobs.RunsOf(_test).Count);
        Assert.Equal(1000, Jobs.RunsOf(_test).Distinct().Count());
        Assert.Equal(0, _database.Scalar<int>("select count(*) from JobQueue"));
        Assert.Equal(1000, _database.Storage.GetMonitoringApi().GetStatistics().Succeeded);
    }

    [Fact]
    public void Servers_RunEachJobOnce_WhenSeveralProcessesShareQueue()
    {
        using var second = _database.Another();
        using var third = _database.Another();
        var options = new BackgroundJobServerOptions { WorkerCount = 4 };
        using var servers = Server();
        using var others = new BackgroundJobServer(options, second);
        using var more = new BackgroundJobServer(options, third);
        Parallel.For(0, 300, i => Client.Enqueue(() => Jobs.Run(_test, $"{i}")));
        Wait.Until(() => _database.Storage.GetMonitoringApi().SucceededListCount() == 300, "300 jobs to succeed");
        Assert.Equal(300, Jobs.RunsOf(_test).Count);
        Assert.Equal(300, Jobs.RunsOf(_test).Distinct().Count());
        Assert.Equal(300, _database.Storage.GetMonitoringApi().GetStatistics().Succeeded);
    }

    [Fact]
    public void Server_RunsContinuationsDelayedAndRecurringJobs()
    {
        using var server = Server();
        var parent = Client.Enqueue(() => Jobs.Run(_test, "parent"));
        var child = Client.ContinueJobWith(parent, () => Jobs.Run(_test, "child"));
        Client.ContinueJobWith(child, () => Jobs.Run(_test, "grandchild"));
        Client.Schedule(() => Jobs.Run(_test, "delayed"), TimeSpan.FromMilliseconds(300));
        var recurring = new RecurringJobManager(_database.Storage);
        recurring.AddOrUpdate("every", () => Jobs.Run(_test, "recurring"), Cron.Never());
        recurring.Trigger("every");
        Wait.Until(() => Jobs.RunsOf(_test).Count == 5, "five jobs");
        Assert.Equal(["child", "delayed", "grandchild", "parent", "recurring"], Jobs.RunsOf(_test).Order());
        Assert.Equal(["parent", "child", "grandchild"], Jobs.RunsOf(_test).Where(run => run is "parent" or "child" or "grandchild"));
    }

    [Fact]
    public void Server_StartsJobWithinMilliseconds_WhenEnqueuedInSameProcess()
    {
        using var server = Server();
        Client.Enqueue(() => Jobs.Run(_test, "warm"));
        Wait.Until(() => Jobs.RunsOf(_test).Count == 1, "the first job");
        var took = new List<double>();
        for (var i = 2; i < 22; i++)
        {
            var count = i;
            var started = Stopwatch.GetTimestamp();
            Client.Enqueue(() => Jobs.Run(_test, "next"));
            Wait.Until(() => Jobs.RunsOf(_test).Count == count, "the next job");
            took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        took.Sort();
        Assert.True(took[10] < 100, $"the median job took {took[10]} ms from Enqueue to its start");
    }

    [Fact]
    public void Server_ServesNamedQueues()
    {
        using var server = Server(2, "critical", "default");
        Client.Enqueue("critical", () => Jobs.Run(_test, "critical"));
        Client.Schedule("critical", () => Jobs.Run(_test, "later"), TimeSpan.FromMilliseconds(100));
        Client.Create(() => Jobs.Run(_test, "default"), new EnqueuedState());
        Wait.Until(() => Jobs.RunsOf(_test).Count == 3, "three jobs");
    }

    [Fact]
    public void Server_KeepsArguments_WithEmojiAndOneMegabyte()
    {
        using var server = Server();
        var big = new string('x', 1 << 20) + "😀 ’\\'\"\0 end";
        Client.Enqueue(() => Jobs.Run(_test, big));
        Wait.Until(() => !Jobs.RunsOf(_test).IsEmpty, "the job");
        Assert.Equal(big, Jobs.RunsOf(_test).Single());
    }

    [Fact]
    public void Server_FailsJobAndKeepsReason_WhenItThrows()
    {
        using var server = Server();
        var id = Client.Enqueue(() => Jobs.Fail("broken 😀"));
        Wait.Until(() => _database.Storage.GetMonitoringApi().FailedCount() == 1, "the job to fail");
        var failed = _database.Storage.GetMonitoringApi().FailedJobs(0, 10).Single();
        Assert.Equal(id, failed.Key);
        Assert.Equal("broken 😀", failed.Value.ExceptionMessage);
    }
}
