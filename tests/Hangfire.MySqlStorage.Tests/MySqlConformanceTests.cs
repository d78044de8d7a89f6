using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

public sealed class MySqlConformanceTests(MySqlConformanceTests.Database database) : ConformanceTests, IClassFixture<MySqlConformanceTests.Database>
{
    protected override JobStorage Storage => database.Storage.Storage;

    [Fact]
    public void Features_OfThisStorageAreDeclared()
    {
        Assert.True(Storage.HasFeature(JobStorageFeatures.ProcessesInsteadOfComponents));
        Assert.True(Storage.HasFeature("TransactionalAcknowledge:MySqlFetchedJob"));
        Assert.True(Storage.LinearizableReads);
    }

    // Hangfire.InMemory differs in the following on purpose: it forgets an abandoned job, keeps a server's first word, its own clock, TTLs of -1 ms,
    // and a state's data by exact names

    [Fact]
    public void FetchedJob_ComesBack_WhenDisposedWithoutWord()
    {
        var id = CreateJob();
        Commit(transaction => transaction.AddToQueue(Key, id));
        for (var i = 0; i < 2; i++)
        {
            using var connection = Connection;
            using var deadline = new CancellationTokenSource(Wait.Deadline);
            using var fetched = connection.FetchNextJob([Key], deadline.Token);
            Assert.Equal(id, fetched.JobId);
        }
    }

    [Fact]
    public void AnnounceServer_ReplacesWhatServerHadSaid()
    {
        using var connection = Connection;
        connection.AnnounceServer(Key, new ServerContext { WorkerCount = 7, Queues = ["a"] });
        connection.AnnounceServer(Key, new ServerContext { WorkerCount = 8, Queues = ["a", "b"] });
        Assert.Equal(8, Storage.GetMonitoringApi().Servers().Single(s => s.Name == Key).WorkersCount);
    }

    [Fact]
    public void CreateExpiredJob_KeepsCreationTimeAndStateNamesInAnyCase()
    {
        var id = CreateJob();
        Commit(transaction => transaction.SetJobState(id, new TestState("Named", null, ("Key", "value"))));
        Assert.Equal(CreatedAt, Read(connection => connection.GetJobData(id)).CreatedAt);
        Assert.Equal("value", Read(connection => connection.GetStateData(id)).Data["KEY"]);
        Assert.Equal(TimeSpan.FromSeconds(-1), Read(connection => connection.GetSetTtl(Key)));
    }

    public sealed class Database : IDisposable
    {
        public TestStorage Storage { get; } = new(nameof(MySqlConformanceTests));

        public void Dispose() => Storage.Dispose();
    }
}
