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
}
