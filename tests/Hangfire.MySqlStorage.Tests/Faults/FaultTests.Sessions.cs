using System.Transactions;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Faults;

public sealed partial class FaultTests
{
    [Fact]
    public void Fault05_NothingStartsXa_WithinAmbientTransaction()
    {
        var before = _database.GlobalStatus("com_xa%");
        string id;
        using (new TransactionScope())
        {
            id = Client.Enqueue(() => Jobs.Nothing());
            using var connection = Connect();
            using (connection.AcquireDistributedLock("ambient", TimeSpan.FromSeconds(1)))
            {
                Commit(connection, transaction => transaction.IncrementCounter("ambient"));
            }

            using var fetched = Fetch(connection);
            fetched.Requeue();
            _database.Storage.GetMonitoringApi().GetStatistics();
            _database.Storage.GetMonitoringApi().EnqueuedJobs("default", 0, 10);
        }

        Assert.Equal(before, _database.GlobalStatus("com_xa%"));
        Assert.Null(_database.Scalar<string>("xa recover"));
        using var after = Connect();
        Assert.Equal("Enqueued", after.GetJobData(id).State);
    }

    [Fact]
    public void Fault12_NoSql_UsesUserVariables()
    {
        using var storage = With(settings => settings.AllowUserVariables = false);
        LiveThrough(storage);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fault16_Heartbeat_SaysSo_WhenServerIsGone(bool useAffectedRows)
    {
        using var storage = With(settings => settings.UseAffectedRows = useAffectedRows);
        using var connection = storage.GetConnection();
        connection.AnnounceServer("server", new ServerContext { WorkerCount = 1, Queues = ["default"] });
        for (var i = 0; i < 20; i++)
        {
            // twice in the same microsecond it changes no row, and is there all the same
            connection.Heartbeat("server");
        }

        connection.RemoveServer("server");
        Assert.Throws<BackgroundServerGoneException>(() => connection.Heartbeat("server"));
    }

    [Fact]
    public void Fault16_Server_ComesBack_WhenAnotherHasRemovedIt()
    {
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1, HeartbeatInterval = TimeSpan.FromMilliseconds(200) }, _database.Storage);
        Wait.Until(() => _database.Scalar<long>("select count(*) from Server") == 1, "the server to announce itself");
        _database.Execute("delete from Server");
        Wait.Until(() => _database.Scalar<long>("select count(*) from Server") == 1, "the server to announce itself again");
        Client.Enqueue(() => Jobs.Run(_test, "after"));
        Wait.Until(() => !Jobs.RunsOf(_test).IsEmpty, "it to work");
    }
}
