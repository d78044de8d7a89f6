using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>What else lives on the same database server, and with which rights.</summary>
public sealed class NeighbourFaults : IDisposable
{
    private readonly TestStorage _database = new(nameof(NeighbourFaults));
    private readonly string _test = Guid.NewGuid().ToString();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Storages_DoNotMeet_WhenTheirPrefixesDiffer()
    {
        using var a = _database.Another(options => options.TablesPrefix = "A_");
        using var b = _database.Another(options => options.TablesPrefix = "B_");
        var (inA, inB) = (new BackgroundJobClient(a), new BackgroundJobClient(b));
        using var holder = a.GetConnection();
        // job 1 of A stays locked, so job 1 of B would wait if they shared the name
        using var held = holder.AcquireDistributedLock("job:1:state-lock", TimeSpan.Zero);
        for (var i = 0; i < 50; i++)
        {
            inA.Enqueue(() => Jobs.Run(_test, $"a{i}"));
            inB.Enqueue(() => Jobs.Run(_test, $"b{i}"));
        }

        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4 }, b))
        {
            Wait.Until(() => b.GetMonitoringApi().SucceededListCount() == 50, "the jobs of B");
        }

        Assert.Equal(50, a.GetMonitoringApi().EnqueuedCount("default"));
        Assert.All(Jobs.RunsOf(_test), run => Assert.StartsWith("b", run, StringComparison.Ordinal));
        held.Dispose();
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4 }, a))
        {
            Wait.Until(() => a.GetMonitoringApi().SucceededListCount() == 50, "the jobs of A");
        }

        Assert.Equal(100, Jobs.RunsOf(_test).Distinct().Count());
        Assert.Equal(0, _database.Scalar<long>("select count(*) from Job"));
    }

    [Fact]
    public void Server_Works_WithRightsOnRowsOnly()
    {
        // the tables are there: made by an account that may
        var settings = new MySqlConnectionStringBuilder(_database.ConnectionString) { UserID = "rows" + _test[..8], Password = "secret" };
        _database.Execute($"create user '{settings.UserID}'@'127.0.0.1' identified by 'secret'");
        _database.Execute($"grant select, insert, update, delete on `{settings.Database}`.* to '{settings.UserID}'@'127.0.0.1'");
        try
        {
            using var storage = OwnServer.Storage(settings.ConnectionString);
            var client = new BackgroundJobClient(storage);
            using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2 }, storage);
            var parent = client.Enqueue(() => Jobs.Run(_test, "parent"));
            client.ContinueJobWith(parent, () => Jobs.Run(_test, "child"));
            Wait.Until(() => storage.GetMonitoringApi().SucceededListCount() == 2, "both jobs");
            new CountersAggregator(storage).RunOnce(CancellationToken.None);
            new ExpirationManager(storage).RunOnce(CancellationToken.None);
        }
        finally
        {
            _database.Execute($"drop user '{settings.UserID}'@'127.0.0.1'");
        }
    }
}
