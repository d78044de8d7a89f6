using Hangfire.MySql;
using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using PinScheduler.Tests;
using MySqlStorageType = Hangfire.MySql.MySqlStorage;

namespace Hangfire.MySqlStorage.Tests;

public sealed class StorageTests
{
    [Theory]
    [InlineData(20, 28, false)]
    [InlineData(21, 28, true)]
    [InlineData(20, 5, true)]
    public void PoolWarning_NamesTheSizeThatIsEnough_WhereThePoolIsTooSmall(int workers, int pool, bool warns)
    {
        using var storage = new MySql.MySqlStorage($"Server=127.0.0.1;Database=none;Maximum Pool Size={pool}", new MySqlStorageOptions { PrepareSchemaIfNecessary = false });
        var warning = storage.Database.PoolWarning(workers);
        Assert.Equal(warns, warning is not null);
        Assert.True(!warns || warning!.Contains($"'Maximum Pool Size={workers + 8}'", StringComparison.Ordinal), warning);
    }

    [Fact]
    public void Constructor_ChecksItsArguments()
    {
        Assert.Equal("connectionString", Assert.Throws<ArgumentNullException>(() => new MySqlStorageType(null!)).ParamName);
        Assert.Equal("storageOptions", Assert.Throws<ArgumentNullException>(() => new MySqlStorageType("Server=localhost", null!)).ParamName);
        Assert.Contains("names no database", Assert.Throws<ArgumentException>(() => new MySqlStorageType("Server=localhost")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_RefuseWhatCannotBe()
    {
        var options = new MySqlStorageOptions();
        Assert.Throws<ArgumentException>(() => options.QueuePollInterval = TimeSpan.Zero);
        Assert.Throws<ArgumentException>(() => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(-1));
        Assert.Throws<ArgumentException>(() => options.DashboardJobListLimit = 0);
        Assert.Contains("at most 47", Assert.Throws<ArgumentException>(() => options.TablesPrefix = new string('p', 48)).Message, StringComparison.Ordinal);
        Assert.Contains("a`b", Assert.Throws<ArgumentException>(() => options.TablesPrefix = "a`b").Message, StringComparison.Ordinal);
        Assert.InRange(options.QueuePollInterval.TotalSeconds, 0, 1);
    }

    [Fact]
    public async Task Schema_IsInstalledOnce_WhenManyStartTogether()
    {
        var connectionString = MariaDb.CreateDatabase("schematests");
        var storages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new MySqlStorageType(connectionString, new MySqlStorageOptions { TablesPrefix = "Hangfire" }))));
        foreach (var storage in storages)
        {
            Assert.Equal(0, storage.GetMonitoringApi().GetStatistics().Servers);
            storage.Dispose();
        }
    }

    [Fact]
    public void Schema_LeavesTablesOfAnotherLibraryAlone()
    {
        using var database = new TestStorage("foreigntests");
        database.Execute("create table OldJob (Id int primary key)");
        var error = Assert.Throws<InvalidOperationException>(() => database.Another(options => options.TablesPrefix = "Old"));
        Assert.Contains("'OldJob'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prefix_MayBeAsLongAsTablesAllow()
    {
        using var database = new TestStorage("longprefix", options => options.TablesPrefix = new string('p', 47));
        Assert.Equal(0, database.Storage.GetMonitoringApi().GetStatistics().Servers);
        Assert.Equal(64, database.Scalar<int>("select max(char_length(table_name)) from information_schema.tables where table_schema = database()"));
    }

    [Fact]
    public void ToString_ShowsNoPassword()
    {
        using var database = new TestStorage("tostringtests");
        var password = new MySqlConnector.MySqlConnectionStringBuilder(database.ConnectionString).Password;
        Assert.DoesNotContain(password, database.Storage.ToString(), StringComparison.Ordinal);
        Assert.Contains("tostringtests", database.Storage.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_AreThoseOfStorageAndServer()
    {
        using var database = new TestStorage("processtests");
        Assert.Equal([typeof(HeartbeatProcess)], database.Storage.GetServerRequiredProcesses().Select(process => process.GetType()));
        Assert.Equal([typeof(ExpirationManager), typeof(CountersAggregator)], database.Storage.GetStorageWideProcesses().Select(process => process.GetType()));
#pragma warning disable CS0618 // the older contract, kept
        Assert.Contains(database.Storage.GetComponents(), component => component is ExpirationManager);
#pragma warning restore CS0618
    }

    [Fact]
    public void Reads_GoOn_WhenPooledConnectionsWereClosedByTheServer()
    {
        using var database = new TestStorage("pooltests");
        using var connection = (JobStorageConnection)database.Storage.GetConnection();
        Assert.Equal(0, connection.GetCounter("a"));
        var name = new MySqlConnector.MySqlConnectionStringBuilder(database.ConnectionString).Database;
        var session = database.Scalar<long>($"select id from information_schema.processlist where db = '{name}' and id <> connection_id() limit 1");
        database.Execute($"kill {session}");
        Assert.Equal(0, connection.GetCounter("a"));
    }

    [Fact]
    public void UnreadableJob_IsShownWithItsError()
    {
        using var database = new TestStorage("unreadabletests");
        database.Execute("insert into Job (Id, StateName, InvocationData, Arguments, CreatedAt) values (7, 'Failed', 'not json', '[]', utc_timestamp(6)), (8, 'Failed', '{\"t\":\"No.Such.Type, Nowhere\",\"m\":\"Run\"}', '[]', utc_timestamp(6))");
        var jobs = database.Storage.GetMonitoringApi().FailedJobs(0, 10);
        Assert.Equal(["8", "7"], jobs.Select(job => job.Key));
        Assert.All(jobs, job => Assert.NotNull(job.Value.LoadException));
        using var connection = database.Storage.GetConnection();
        Assert.NotNull(connection.GetJobData("8").LoadException);
        Assert.NotNull(database.Storage.GetMonitoringApi().JobDetails("7").LoadException);
    }
}
