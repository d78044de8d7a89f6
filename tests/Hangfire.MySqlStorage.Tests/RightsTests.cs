using Hangfire.MySql;
using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Schemas;
using Hangfire.MySqlStorage.Tests.Support;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>A user with just the rights that the README names.</summary>
public sealed class RightsTests : IDisposable
{
    private const string Use = "select, insert, update, delete";

    private readonly string _user = $"u{Guid.NewGuid():N}"[..12];
    private readonly string _test = Guid.NewGuid().ToString();
    private readonly LegacyDatabase _database = new("rightstests");

    public void Dispose() => _database.Execute($"drop user if exists '{_user}'@'127.0.0.1'");

    [Fact]
    public void User_CanRunJobs_WithRightsOnRows()
    {
        _database.Storage().Dispose();
        RunJobs(new MySqlStorageOptions { PrepareSchemaIfNecessary = false }, Use);
    }

    [Fact]
    public void User_CanCreateTables_WithCreateAndIndex() => RunJobs(new MySqlStorageOptions(), $"{Use}, create, index");

    [Fact]
    public void User_CanUpgradeTables_WithAlterAndDrop()
    {
        _database.RunScript("hangfire-mysqlstorage-2.0.3");
        _database.FillLikeHangfireMySqlStorage(LegacyDatabase.Large);
        RunJobs(new MySqlStorageOptions { SmallTableRows = LegacyDatabase.Large }, $"{Use}, create, alter, index, drop");
    }

    [Theory]
    [InlineData(Use, true, "CREATE")]
    [InlineData("insert, create", true, "SELECT")]
    [InlineData("insert", false, "SELECT")]
    public void Storage_NamesTheMissingRight_AndHowToGiveIt(string rights, bool prepares, string missing)
    {
        if (missing == "SELECT")
        {
            _database.Storage().Dispose();
        }

        var settings = User(rights);
        var error = Assert.Throws<InvalidOperationException>(() =>
        {
            using var storage = new MySql.MySqlStorage(settings, new MySqlStorageOptions { PrepareSchemaIfNecessary = prepares });
            storage.GetMonitoringApi().GetStatistics();
        });
        var database = new MySqlConnectionStringBuilder(settings).Database;
        Assert.Contains($"'{_user}'@'127.0.0.1' lacks the right {missing} on", error.Message, StringComparison.Ordinal);
        Assert.Contains($"grant select, insert, update, delete, create, alter, index, drop on `{database}`.* to '{_user}'@'127.0.0.1';", error.Message, StringComparison.Ordinal);
        Assert.Contains("MySqlObjectsInstaller.GetInstallSql(connection, \"\")", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void User_CanRunJobs_WithTablesMadeByHand()
    {
        using (var administrator = _database.Open())
        {
            var sql = MySqlObjectsInstaller.GetInstallSql(administrator);
            Assert.Empty(_database.Rows("show tables"));
            _database.Execute(sql);
            Assert.Equal("", MySqlObjectsInstaller.GetInstallSql(administrator));
        }

        RunJobs(new MySqlStorageOptions(), Use);
    }

    private string User(string rights)
    {
        var settings = new MySqlConnectionStringBuilder(_database.ConnectionString);
        _database.Execute($"create user '{_user}'@'127.0.0.1' identified by '{_user}'; grant {rights} on `{settings.Database}`.* to '{_user}'@'127.0.0.1'");
        settings.UserID = settings.Password = _user;
        return settings.ConnectionString;
    }

    private void RunJobs(MySqlStorageOptions options, string rights)
    {
        using var storage = new MySql.MySqlStorage(User(rights), options);
        var client = new BackgroundJobClient(storage);
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2, SchedulePollingInterval = TimeSpan.FromMilliseconds(200) }, storage))
        {
            client.ContinueJobWith(client.Enqueue(() => Jobs.Run(_test, "first")), () => Jobs.Run(_test, "second"));
            client.Schedule(() => Jobs.Run(_test, "delayed"), TimeSpan.FromMilliseconds(100));
            var recurring = new RecurringJobManager(storage);
            recurring.AddOrUpdate("every", () => Jobs.Run(_test, "recurring"), Cron.Never());
            recurring.Trigger("every");
            Wait.Until(() => Jobs.RunsOf(_test).Count == 4, "four jobs");
        }

        using var lasting = storage.GetConnection();
        using (lasting.AcquireDistributedLock("resource", TimeSpan.Zero))
        {
            _database.Execute("update Job set ExpireAt = utc_timestamp(6) - interval 1 second where StateName = 'Succeeded'");
            Assert.True(new ExpirationManager(storage).RunOnce(CancellationToken.None) > 0);
            Assert.True(new CountersAggregator(storage).RunOnce(CancellationToken.None) > 0);
        }

        Assert.NotNull(storage.GetMonitoringApi().GetStatistics());
    }
}
