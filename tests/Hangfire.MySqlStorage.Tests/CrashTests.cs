using System.Diagnostics;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

public sealed class CrashTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(CrashTests));

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Job_RunsAgainWithinSeconds_WhenItsProcessIsKilled()
    {
        _database.Execute("create table ran (id int auto_increment primary key, who varchar(10))");
        var id = new BackgroundJobClient(_database.Storage).Enqueue(() => ChildProcess.Work(_database.ConnectionString));
        using var child = ChildProcess.Start(_database.ConnectionString);
        try
        {
            Wait.Until(() => _database.Scalar<long>("select count(*) from ran") == 1, "the child to run the job");
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }

        var killed = Stopwatch.GetTimestamp();
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2 }, _database.Storage);
        Wait.Until(() => _database.Scalar<long>("select count(*) from ran") == 2, "the job to run again");
        // long before the lease has run out: the dead process is noticed as such
        Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, _database.Storage.Options.SlidingInvisibilityTimeout / 2);
        Wait.Until(() => _database.Storage.GetMonitoringApi().SucceededListCount() == 1, "the job to succeed");
        Assert.Equal("child,parent", _database.Scalar<string>("select group_concat(who order by id) from ran"));
        using var connection = _database.Storage.GetConnection();
        Assert.Equal("Succeeded", connection.GetJobData(id).State);
    }

    [Fact]
    public void FrozenWorker_ChangesNothing_WhenItWakesAfterAnotherHasRunItsJob()
    {
        var test = Guid.NewGuid().ToString();
        var client = new BackgroundJobClient(_database.Storage);
        var parent = client.Enqueue(() => Jobs.RunThroughGate(test, "parent"));
        client.ContinueJobWith(parent, () => Jobs.Run(test, "child"));
        using var frozen = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, _database.Storage);
        Wait.Until(() => Jobs.RunsOf(test).Count == 1 && _database.Scalar<long>("select count(*) from Job where StateName = 'Processing'") == 1, "the first worker to start");

        // what is left of a frozen process: its row given to another, while its thread knows nothing
        _database.Execute("update JobQueue set FetchedAt = null, FetchToken = null");
        using var otherStorage = _database.Another();
        using var other = otherStorage.GetConnection();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var fetched = other.FetchNextJob(["default"], deadline.Token);
        Assert.Equal(parent, fetched.JobId);

        Jobs.Gate(test).Set();
        // the late worker is done with the job when it fetches again: it runs this one
        client.Enqueue(() => Jobs.Run(test, "next"));
        Wait.Until(() => Jobs.RunsOf(test).Contains("next"), "the late worker to go on");
        Assert.Equal("Processing", other.GetJobData(parent).State);
        Assert.DoesNotContain("child", Jobs.RunsOf(test));
        Wait.Until(() => ((JobStorageConnection)other).GetCounter("stats:succeeded") == 1, "only the next job to be counted");
        Assert.Equal(1, _database.Storage.GetMonitoringApi().FetchedCount("default"));
    }

    [Fact]
    public void Server_GoesOn_WhenAllItsConnectionsAreKilled()
    {
        var test = Guid.NewGuid().ToString();
        var client = new BackgroundJobClient(_database.Storage) { RetryAttempts = 5 };
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4, HeartbeatInterval = TimeSpan.FromSeconds(1) }, _database.Storage);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                client.Enqueue(() => Jobs.Run(test, $"{round}-{i}"));
            }

            KillAll();
        }

        Wait.Until(() => Jobs.RunsOf(test).Distinct().Count() == 60 && _database.Storage.GetMonitoringApi().EnqueuedCount("default") == 0, "all jobs to run");
    }

    private void KillAll()
    {
        var name = new MySqlConnector.MySqlConnectionStringBuilder(_database.ConnectionString).Database;
        var sessions = _database.Scalar<string>($"select group_concat(id) from information_schema.processlist where db = '{name}' and id <> connection_id()");
        foreach (var session in (sessions ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                _database.Execute($"kill {session}");
            }
            catch (MySqlConnector.MySqlException error) when (error.Number == 1094)
            {
                // gone by itself
            }
        }
    }
}
