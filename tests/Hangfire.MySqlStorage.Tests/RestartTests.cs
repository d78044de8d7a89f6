using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using PinScheduler.Tests;
using MySqlStorageType = Hangfire.MySql.MySqlStorage;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>The database server itself goes and comes back.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-restart-").FullName;

    public void Dispose()
    {
        MariaDb.StopOwn(_folder);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Server_GoesOn_WhenDatabaseIsKilledAndStartedAgain()
    {
        var test = Guid.NewGuid().ToString();
        using var storage = new MySqlStorageType(MariaDb.StartOwn(_folder), new MySqlStorageOptions());
        var client = new BackgroundJobClient(storage);
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4, HeartbeatInterval = TimeSpan.FromSeconds(1) }, storage);
        client.Enqueue(() => Jobs.RunThroughGate(test, "before"));
        for (var i = 0; i < 50; i++)
        {
            client.Enqueue(() => Jobs.Run(test, $"{i}"));
        }

        Wait.Until(() => Jobs.RunsOf(test).Contains("before"), "the job to run");
        using (var process = System.Diagnostics.Process.GetProcessById(MariaDb.ProcessId(_folder)))
        {
            process.Kill();
            process.WaitForExit();
        }

        MariaDb.StartOwn(_folder);
        Jobs.Gate(test).Set();
        client.Enqueue(() => Jobs.Run(test, "after"));
        Wait.Until(() => storage.GetMonitoringApi().SucceededListCount() == 52, "all jobs to succeed");
        Assert.Equal(52, Jobs.RunsOf(test).Distinct().Count());
        // a job that runs while the database is away may run twice, never be lost
        Assert.InRange(Jobs.RunsOf(test).Count, 52, 60);
    }

    [Fact]
    public void StepsThatNobodyWaitsFor_AreWritten_WhenTheDatabaseIsBack()
    {
        var connectionString = MariaDb.StartOwn(_folder);
        using var storage = new MySqlStorageType(connectionString, new MySqlStorageOptions());
        storage.ServerStarts();
        storage.Shared!.Behind.Delay = TimeSpan.FromHours(1);
        var client = new BackgroundJobClient(storage);
        var workers = Enumerable.Range(0, 20).Select(_ => JobLocks.Connection(storage)).ToList();
        foreach (var worker in workers)
        {
            var id = client.Enqueue(() => Jobs.Nothing());
            Assert.Equal(id, worker.FetchNextJob(["default"], CancellationToken.None).JobId);
            using (worker.AcquireDistributedLock(JobLocks.LockOf(id), Wait.Deadline))
            {
                worker.GetJobData(id);
                JobLocks.ChangeState(worker, id, new TestState("Processing"));
            }
        }

        Assert.Equal(20, storage.Shared.Behind.Unsettled.Count);
        using (var process = System.Diagnostics.Process.GetProcessById(MariaDb.ProcessId(_folder)))
        {
            process.Kill();
            process.WaitForExit();
        }

        storage.Shared.Behind.Delay = TimeSpan.Zero;
        storage.Shared.Behind.WriteDue();
        Assert.Equal(20, storage.Shared.Behind.Unsettled.Count);
        Assert.Equal(connectionString, MariaDb.StartOwn(_folder));
        // the timer has taken over
        Wait.Until(() => storage.Shared.Behind.Unsettled.Count == 0, "the steps to be written");
        workers.ForEach(worker => worker.Dispose());
        Assert.Equal(20, storage.GetMonitoringApi().ProcessingCount());
    }
}
