using System.Transactions;
using Dapper;
using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests;

public sealed class ExistingConnectionTests : IDisposable
{
    private readonly TestStorage _database = new(nameof(ExistingConnectionTests));
    private readonly string _test = Guid.NewGuid().ToString();

    public void Dispose() => _database.Dispose();

    private MySqlConnection Open(string more = "")
    {
        var connection = new MySqlConnection($"{_database.ConnectionString};{more}");
        connection.Open();
        return connection;
    }

    private static MySql.MySqlStorage StorageOn(MySqlConnection connection) => new(connection, new MySqlStorageOptions());

    /// <summary>Seen from outside of any transaction.</summary>
    private int Jobs
    {
        get
        {
            using var outside = new TransactionScope(TransactionScopeOption.Suppress);
            return _database.Scalar<int>("select count(*) from Job");
        }
    }

    [Fact]
    public void Constructor_ChecksItsArguments()
    {
        using var connection = Open();
        Assert.Equal("existingConnection", Assert.Throws<ArgumentNullException>(() => new MySql.MySqlStorage((MySqlConnection)null!, new MySqlStorageOptions())).ParamName);
        Assert.Equal("storageOptions", Assert.Throws<ArgumentNullException>(() => new MySql.MySqlStorage(connection, null!)).ParamName);
        Assert.Equal("existingConnection", Assert.Throws<ArgumentException>(() => StorageOn(new MySqlConnection("Server=localhost"))).ParamName);
        Assert.Equal("storage", Assert.Throws<ArgumentNullException>(() => new MySqlStorageConnection(null!)).ParamName);
        Assert.Equal("storageOptions", Assert.Throws<ArgumentException>(() => new MySqlStorageConnection(_database.Storage, new MySqlStorageOptions { TablesPrefix = "x" })).ParamName);
    }

    [Fact]
    public void Storage_InstallsNoTables()
    {
        using var connection = new MySqlConnection(PinScheduler.Tests.MariaDb.CreateDatabase("emptytests"));
        using var storage = StorageOn(connection);
        Assert.Throws<MySqlException>(() => storage.GetMonitoringApi().GetStatistics());
        Assert.Equal(0, connection.ExecuteScalar<int>("select count(*) from information_schema.tables where table_schema = database()"));
    }

    [Fact]
    public void Server_RunsJobs_OnOneConnection()
    {
        using var connection = Open();
        using var storage = StorageOn(connection);
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 3 }, storage))
        {
            var client = new BackgroundJobClient(storage);
            for (var i = 0; i < 20; i++)
            {
                var parent = client.Enqueue(() => Support.Jobs.Run(_test, "parent"));
                client.ContinueJobWith(parent, () => Support.Jobs.Run(_test, "child"));
            }

            Wait.Until(() => _database.Storage.GetMonitoringApi().SucceededListCount() == 40, "40 jobs to succeed");
        }

        Assert.Equal(40, Support.Jobs.RunsOf(_test).Count);
        Assert.DoesNotContain(":", _database.Scalar<string>("select coalesce(max(FetchToken), '') from JobQueue"), StringComparison.Ordinal);
        Assert.Equal(DateTimeKind.Utc, ((JobStorageConnection)storage.GetConnection()).GetUtcDateTime().Kind);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Enqueue_TakesPartInAmbientTransaction(bool complete, bool xa)
    {
        using (var scope = new TransactionScope())
        {
            using var connection = Open($"UseXaTransactions={xa}");
            using var storage = StorageOn(connection);
            using var locked = storage.GetConnection().AcquireDistributedLock("ambient", TimeSpan.FromSeconds(1));
            if (!xa || _database.IsMariaDb)
            {
                // MySQL refuses it within XA
                connection.Execute("create temporary table mine (id int)");
            }

            var id = new BackgroundJobClient(storage).Enqueue(() => Support.Jobs.Nothing());
            Assert.NotNull(storage.GetMonitoringApi().JobDetails(id));
            Assert.Equal(0, Jobs);
            if (complete)
            {
                scope.Complete();
            }
        }

        Assert.Equal(complete ? 1 : 0, Jobs);
        Assert.Equal(complete ? 1 : 0, _database.Scalar<int>("select count(*) from JobQueue"));
    }

    [Fact]
    public void Enqueue_IsOnItsOwn_WhenConnectionWasOpenedBeforeAmbientTransaction()
    {
        using var connection = Open();
        using var storage = StorageOn(connection);
        using (new TransactionScope())
        {
            new BackgroundJobClient(storage).Enqueue(() => Support.Jobs.Nothing());
        }

        Assert.Equal(1, Jobs);
    }

    [Fact]
    public void Enqueue_TakesPartInTransactionOfConnection()
    {
        using var connection = Open("IgnoreCommandTransaction=true");
        using var storage = StorageOn(connection);
        using (var transaction = connection.BeginTransaction())
        {
            new BackgroundJobClient(storage).Enqueue(() => Support.Jobs.Nothing());
            Assert.Equal(0, Jobs);
            transaction.Rollback();
        }

        Assert.Equal(0, Jobs);
        new BackgroundJobClient(storage).Enqueue(() => Support.Jobs.Nothing());
        Assert.Equal(1, Jobs);
    }

    [Fact]
    public void Enqueue_SaysWhatToSet_WhenConnectionInsistsOnItsTransaction()
    {
        using var connection = Open();
        using var storage = StorageOn(connection);
        using var transaction = connection.BeginTransaction();
        var error = Assert.Throws<BackgroundJobClientException>(() => new BackgroundJobClient(storage).Enqueue(() => Support.Jobs.Nothing()));
        Assert.Contains("IgnoreCommandTransaction=true", error.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FailedCommit_LeavesOuterTransactionUsable()
    {
        using var connection = Open("IgnoreCommandTransaction=true");
        using var storage = StorageOn(connection);
        using (var outer = connection.BeginTransaction())
        {
            connection.Execute("insert into Counter (`Key`, `Value`) values ('outer', 1)");
            using var write = storage.GetConnection().CreateWriteTransaction();
            write.IncrementCounter("inner");
            write.AddToSet(new string('x', 300), "too long a key");
            Assert.Throws<MySqlException>(write.Commit);
            outer.Commit();
        }

        Assert.Equal("outer", _database.Scalar<string>("select group_concat(`Key`) from Counter"));
    }

    [Fact]
    public void Lock_ExcludesOtherStorages_AndOtherConnectionsOfThisOne()
    {
        using var connection = Open();
        using var storage = StorageOn(connection);
        using var first = storage.GetConnection();
        using var second = storage.GetConnection();
        using var elsewhere = _database.Storage.GetConnection();
        var held = first.AcquireDistributedLock("resource", TimeSpan.Zero);
        using (first.AcquireDistributedLock("resource", TimeSpan.Zero))
        {
            Assert.Throws<MySqlDistributedLockException>(() => second.AcquireDistributedLock("resource", TimeSpan.FromMilliseconds(60)));
            Assert.Throws<MySqlDistributedLockException>(() => elsewhere.AcquireDistributedLock("resource", TimeSpan.Zero));
        }

        Assert.Throws<MySqlDistributedLockException>(() => elsewhere.AcquireDistributedLock("resource", TimeSpan.Zero));
        held.Dispose();
        elsewhere.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
        second.AcquireDistributedLock("resource", TimeSpan.Zero);
        second.Dispose();
        elsewhere.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void Write_Fails_WhenConnectionOfLockWasReopened()
    {
        using var connection = Open("Pooling=false");
        using var storage = StorageOn(connection);
        using var user = storage.GetConnection();
        using var held = user.AcquireDistributedLock("resource", TimeSpan.Zero);
        connection.Close();
        using var write = user.CreateWriteTransaction();
        write.IncrementCounter("fenced");
        Assert.Throws<DistributedLockLostException>(write.Commit);
        Assert.Equal(0, _database.Scalar<int>("select count(*) from Counter"));
    }

    [Fact]
    public void Dispose_LeavesConnectionOpen()
    {
        using var connection = Open();
        var storage = StorageOn(connection);
        storage.GetConnection().Dispose();
        storage.Dispose();
        Assert.Equal(1, connection.ExecuteScalar<int>("select 1"));
    }
}
