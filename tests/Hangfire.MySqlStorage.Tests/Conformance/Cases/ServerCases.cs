using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.Server;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

public sealed class ServerCases(StorageUnderTest subject) : StorageCases(subject)
{
    private void Announce(string id, int workers = 1, params string[] queues) =>
        Do(connection => connection.AnnounceServer(id, new ServerContext { WorkerCount = workers, Queues = queues }));

    private ServerDto? Server(string id) => Monitor.Servers().SingleOrDefault(server => server.Name == id);

    [Row(1, "default")]
    [Row(20, "a,b,c")]
    [Row(0, "")]
    public void AnnounceServer_ShowsWorkersAndQueues(int workers, string queues)
    {
        var names = queues.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Announce("server", workers, names);
        var server = Server("server")!;
        Assert.Equal(workers, server.WorkersCount);
        Assert.Equal(names, server.Queues);
    }

    public void AnnounceServer_ShowsStartAndHeartbeatOfNow()
    {
        Announce("server");
        var server = Server("server")!;
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Assert.InRange((now - server.StartedAt).TotalSeconds, -20, 20);
        Assert.InRange((now - server.Heartbeat!.Value).TotalSeconds, -20, 20);
        Assert.Equal(DateTimeKind.Utc, server.StartedAt.Kind);
        Assert.Equal(DateTimeKind.Utc, server.Heartbeat.Value.Kind);
    }

    public void AnnounceServer_TakesNoQueues()
    {
        Do(connection => connection.AnnounceServer("server", new ServerContext { WorkerCount = 3 }));
        Assert.Equal(3, Server("server")!.WorkersCount);
    }

    public void AnnounceServer_MayBeRepeated()
    {
        Announce("server", 5, "a");
        Announce("server", 5, "a");
        Assert.Equal(5, Server("server")!.WorkersCount);
    }

    public void AnnounceServer_ReplacesWhatServerHadSaid()
    {
        Announce("server", 5, "a");
        Announce("server", 6, "a", "b");
        Assert.Equal((6, 2), (Server("server")!.WorkersCount, Server("server")!.Queues.Count));
    }

    public void AnnounceServer_OfManyAtOnce_KeepsAll()
    {
        Parallel.For(0, 10, i => Announce($"server {i}"));
        Assert.Equal(10, Monitor.Servers().Count);
    }

    [Row(100)]
    [Row(300)]
    public void AnnounceServer_TakesLongName(int length)
    {
        var name = new string('s', length);
        Announce(name);
        Do(connection => connection.Heartbeat(name));
        Assert.NotNull(Server(name));
    }

    public void Heartbeat_RenewsHeartbeat()
    {
        Announce("server");
        var before = Server("server")!.Heartbeat;
        Do(connection => connection.Heartbeat("server"));
        Assert.True(Server("server")!.Heartbeat > before);
    }

    public void Heartbeat_MayBeRepeatedAtOnce()
    {
        Announce("server");
        Do(connection =>
        {
            for (var i = 0; i < 5; i++)
            {
                connection.Heartbeat("server");
            }
        });
    }

    public void Heartbeat_SaysSo_WhenServerIsGone()
    {
        Assert.Throws<BackgroundServerGoneException>(() => Do(connection => connection.Heartbeat("server")));
        Announce("server");
        Do(connection => connection.RemoveServer("server"));
        Assert.Throws<BackgroundServerGoneException>(() => Do(connection => connection.Heartbeat("server")));
    }

    public void Heartbeat_DistinguishesCase()
    {
        Announce("server");
        Assert.Throws<BackgroundServerGoneException>(() => Do(connection => connection.Heartbeat("SERVER")));
    }

    public void RemoveServer_RemovesThisServerOnly()
    {
        Announce("a");
        Announce("b");
        Do(connection =>
        {
            connection.RemoveServer("a");
            connection.RemoveServer("none");
        });
        Assert.Equal("b", Monitor.Servers().Single().Name);
    }

    public void RemoveTimedOutServers_LeavesServersThatBeat()
    {
        Announce("a");
        Assert.Equal(0, Read(connection => connection.RemoveTimedOutServers(TimeSpan.FromHours(1))));
        Assert.NotNull(Server("a"));
    }

    public void RemoveTimedOutServers_RemovesAndCountsSilentOnes()
    {
        Announce("a");
        Announce("b");
        Support.Wait.Until(() => Read(connection => connection.RemoveTimedOutServers(TimeSpan.FromMilliseconds(1))) > 0 || Monitor.Servers().Count == 0, "servers to time out");
        Support.Wait.Until(() => Read(connection => connection.RemoveTimedOutServers(TimeSpan.FromMilliseconds(1))) >= 0 && Monitor.Servers().Count == 0, "all servers to time out");
    }

    public void RemoveTimedOutServers_TakesZero()
    {
        Announce("a");
        Support.Wait.Until(() => Read(connection => connection.RemoveTimedOutServers(TimeSpan.Zero)) == 1, "the server to time out");
    }

    public void Servers_AreSortedByName()
    {
        foreach (var name in new[] { "c", "a", "b" })
        {
            Announce(name);
        }

        Assert.Equal(["a", "b", "c"], Monitor.Servers().Select(server => server.Name));
    }

    public void Servers_AreEmpty_WhenThereAreNone() => Assert.Empty(Monitor.Servers());

    [Needs("Connection.GetUtcDateTime")]
    public void GetUtcDateTime_IsUtcAndNow()
    {
        var now = Read(connection => connection.GetUtcDateTime());
        Assert.Equal(DateTimeKind.Utc, now.Kind);
        Assert.InRange((TimeProvider.System.GetUtcNow().UtcDateTime - now).TotalSeconds, -60, 60);
    }

    [Needs("Connection.GetUtcDateTime")]
    public void GetUtcDateTime_DoesNotRunBackwards() => Do(connection =>
    {
        var first = connection.GetUtcDateTime();
        Assert.InRange(connection.GetUtcDateTime(), first, first.AddMinutes(1));
    });
}
