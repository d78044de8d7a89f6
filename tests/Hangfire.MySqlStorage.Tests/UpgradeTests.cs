using Hangfire.Common;
using Hangfire.MySql;
using Hangfire.MySql.Schema;
using Hangfire.MySqlStorage.Tests.Schemas;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>Databases of Hangfire.MySqlStorage 2.0.3, and of earlier versions of this library.</summary>
public sealed class UpgradeTests
{
    private const string Original = "hangfire-mysqlstorage-2.0.3";

    private readonly string _test = Guid.NewGuid().ToString();

    [Theory]
    [InlineData("", 0)]
    [InlineData("Hangfire", 0)]
    [InlineData("", LegacyDatabase.Large)]
    [InlineData("Hangfire", LegacyDatabase.Large)]
    public void Jobs_OfHangfireMySqlStorage_AreKeptAndRun(string prefix, int filler)
    {
        var database = new LegacyDatabase("upgradetests", prefix);
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage(filler);
        using var storage = database.Storage();
        var monitor = storage.GetMonitoringApi();
        Assert.Equal("4", monitor.SucceededJobs(0, 10).Single().Key);
        Assert.Equal("message", monitor.FailedJobs(0, 10).Single().Value.ExceptionMessage);
        Assert.Equal("6", monitor.DeletedJobs(0, 10).Single().Key);
        Assert.Equal(2147483642, monitor.GetStatistics().Succeeded);
        Assert.Equal("gone", monitor.Servers().Single().Name);
        Assert.Equal(nameof(Jobs.Nothing), monitor.JobDetails("1").Job.Method.Name);
        Assert.Equal("a reason", monitor.JobDetails("5").History.Single().Reason);
        using (var connection = (JobStorageConnection)storage.GetConnection())
        {
            Assert.Equal(1577836800, database.Rows("select Score from `{prefix}Set` where `Key` = 'schedule'").Select(double.Parse).Single(), 0);
            Assert.Equal("0 0 1 1 *", connection.GetAllEntriesFromHash("recurring-job:every")["Cron"]);
            Assert.Equal(["second", "first"], connection.GetAllItemsFromList("list"));
            Assert.Equal("\"en-US\"", connection.GetJobData("1").ParametersSnapshot["CurrentCulture"]);
        }

        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2, SchedulePollingInterval = TimeSpan.FromMilliseconds(200) }, storage);
        var client = new BackgroundJobClient(storage);
        client.ContinueJobWith(client.Enqueue(() => Jobs.Run(_test, "new")), () => Jobs.Run(_test, "continued"));
        client.Requeue("5");
        new RecurringJobManager(storage).AddOrUpdate("more", () => Jobs.Run(_test, "recurring"), Cron.Never());
        new RecurringJobManager(storage).Trigger("more");
        Wait.Until(() => Jobs.RunsOf(_test).Count == 3, "three new jobs");
        Wait.Until(() => monitor.JobDetails("2").History[0].StateName == SucceededState.StateName, "the delayed job");
        foreach (var id in new[] { "1", "5", "9" })
        {
            Wait.Until(() => monitor.JobDetails(id).History[0].StateName == SucceededState.StateName, $"job {id}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hangfire")]
    public void SmallTables_BecomeAsNewOnes_ByThemselves(string prefix)
    {
        var database = new LegacyDatabase("upgradetests", prefix);
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage();
        database.Storage().Dispose();
        AssertLikeNew(database);
    }

    [Fact]
    public void LargeTables_BecomeAsNewOnes_WithHeavyMigrations()
    {
        var database = new LegacyDatabase("upgradetests");
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage(LegacyDatabase.Large);
        database.Storage().Dispose();
        Assert.Equal(["int"], database.Rows("select data_type from information_schema.columns where table_schema = database() and table_name = 'Job' and column_name = 'Id'"));
        database.Storage(options => options.EnableHeavyMigrations = true).Dispose();
        AssertLikeNew(database);
    }

    [Fact]
    public void LargeTables_BecomeAsNewOnes_ByPrintedSql()
    {
        var database = new LegacyDatabase("upgradetests", "Hangfire");
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage(SchemaPlan.SmallRows);
        using var connection = database.Open();
        MySqlObjectsInstaller.Install(connection, "Hangfire");
        var sql = MySqlObjectsInstaller.GetHeavyMigrationSql(connection, "Hangfire");
        Assert.Equal(7, sql.Split("alter table").Length - 1);
        database.Execute(sql);
        Assert.Empty(MySqlObjectsInstaller.GetHeavyMigrationSql(connection, "Hangfire"));
        AssertLikeNew(database);
    }

    [Fact]
    public void LargeTables_TakeWhatHangfireWrites_BeforeTheyAreRebuilt()
    {
        var database = new LegacyDatabase("upgradetests");
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage(LegacyDatabase.Large);
        using var storage = database.Storage();
        TakesWhatHangfireWrites(storage);
    }

    [Fact]
    public void LargeTables_TakeWhatHangfireWrites_WhenServerChangesNoCharacterSetInPlace()
    {
        // as on MySQL: the columns keep their three bytes a character
        var database = new LegacyDatabase("upgradetests");
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage(LegacyDatabase.Large);
        database.Storage().Dispose();
        database.Execute("""
            alter table State modify Reason varchar(15000) character set utf8mb3, modify Data longtext character set utf8mb3;
            alter table Job modify InvocationData longtext character set utf8mb3 not null, modify Arguments longtext character set utf8mb3 not null;
            alter table JobParameter modify `Value` longtext character set utf8mb3;
            """);
        using var storage = database.Storage(options => options.PrepareSchemaIfNecessary = false);
        TakesWhatHangfireWrites(storage);
    }

    [Theory]
    [InlineData("Job")]
    [InlineData("JobParameter")]
    [InlineData("State")]
    [InlineData("Counter")]
    public void LargeTables_TakeWhatHangfireWrites_BesideRebuiltOnes(string rebuilt)
    {
        var database = new LegacyDatabase("upgradetests");
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage(LegacyDatabase.Large);
        database.Storage().Dispose();
        using (var connection = database.Open())
        {
            var plan = new SchemaInstaller(connection, "test", new MySqlStorageOptions { SmallTableRows = LegacyDatabase.Large }).Plan();
            database.Execute(plan.Left.Single(statement => statement.Contains($"`{rebuilt}`\n", StringComparison.Ordinal)));
        }

        using var storage = database.Storage();
        TakesWhatHangfireWrites(storage);
    }

    [Fact]
    public void Schema_OfVersionOne_IsUpgradedByItself()
    {
        var database = new LegacyDatabase("upgradetests");
        database.RunScript("version-1");
        database.Execute("create table `Schema` (`Version` int not null, primary key (`Version`)) engine=InnoDB; insert into `Schema` values (1)");
        var data = InvocationData.SerializeJob(TestJobs.Nothing());
        database.Execute($"insert into Job (Id, StateName, InvocationData, Arguments, CreatedAt) values (1, 'Enqueued', '{data.SerializePayload(excludeArguments: true)}', '[]', utc_timestamp(6)); insert into JobQueue (JobId, Queue) values (1, 'default')");
        using var storage = database.Storage();
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, storage);
        Wait.Until(() => storage.GetMonitoringApi().SucceededListCount() == 1, "the job of the older version");
        AssertLikeNew(database, withKeyNames: true);
    }

    [Fact]
    public void Schema_OfNewerVersion_IsRefused()
    {
        var database = new LegacyDatabase("upgradetests");
        database.Storage().Dispose();
        database.Execute("update `Schema` set `Version` = 999");
        Assert.Contains("version 999", Assert.Throws<InvalidOperationException>(() => database.Storage()).Message, StringComparison.Ordinal);
        using var unprepared = database.Storage(options => options.PrepareSchemaIfNecessary = false);
        Assert.Throws<InvalidOperationException>(() => unprepared.GetMonitoringApi().GetStatistics());
        using var connection = database.Open();
        Assert.Throws<InvalidOperationException>(() => MySqlObjectsInstaller.Install(connection));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(LegacyDatabase.Large, 4)]
    public void Upgrade_GoesOn_AfterCrashAtAnyStep(int filler, int every)
    {
        int steps;
        var done = 0;
        do
        {
            var database = new LegacyDatabase("upgradetests");
            database.RunScript(Original);
            database.FillLikeHangfireMySqlStorage(filler);
            using var connection = database.Open();
            var plan = new SchemaInstaller(connection, "test", new MySqlStorageOptions { SmallTableRows = LegacyDatabase.Large }).Plan();
            Assert.Equal(filler > 0, plan.Left.Count > 0);
            steps = plan.Steps.Count;
            foreach (var step in plan.Steps.Take(done))
            {
                database.Execute(step.Sql);
            }

            database.Storage(options => options.EnableHeavyMigrations = true).Dispose();
            AssertLikeNew(database);
            done += every;
        }
        while (done <= steps);
    }

    [Fact]
    public void Install_GoesOn_AfterCrashBetweenItsFirstStatements()
    {
        var database = new LegacyDatabase("upgradetests");
        database.Execute("create table `Schema` (`Version` int not null, primary key (`Version`)) engine=InnoDB");
        database.Storage().Dispose();
        AssertLikeNew(database);
    }

    [Fact]
    public async Task Upgrade_RunsOnce_WhenManyProcessesStartTogether()
    {
        var database = new LegacyDatabase("upgradetests", "Hangfire");
        database.RunScript(Original);
        database.FillLikeHangfireMySqlStorage();
        var storages = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => database.Storage())));
        foreach (var storage in storages)
        {
            storage.Dispose();
        }

        AssertLikeNew(database);
    }

    [Theory]
    [InlineData("hangfire")]
    [InlineData("HANGFIRE")]
    public void Tables_AreFound_InAnotherCase_Fault18(string written)
    {
        var database = new LegacyDatabase("upgradetests", written);
        var script = LegacyDatabase.Script(Original);
        database.Execute(written == "hangfire" ? script.ToLowerInvariant() : script);
        var before = database.Rows("select count(*) from information_schema.tables where table_schema = database()");
        using var storage = new MySql.MySqlStorage(database.ConnectionString, new MySqlStorageOptions { TablesPrefix = "Hangfire" });
        new BackgroundJobClient(storage).Enqueue(() => Jobs.Nothing());
        Assert.Equal(1, storage.GetMonitoringApi().EnqueuedCount("default"));
        // one table less and one more: the locks' and the version's
        Assert.Equal(before, database.Rows("select count(*) from information_schema.tables where table_schema = database()"));
    }

    [Fact]
    public void Prefix_WithUnderscore_MatchesNoOtherTable_Fault18()
    {
        var database = new LegacyDatabase("upgradetests", "hangfire_");
        database.Execute("create table hangfirexJob (Id int primary key)");
        using var storage = database.Storage();
        Assert.Equal(0, storage.GetMonitoringApi().GetStatistics().Enqueued);
    }

    private static void TakesWhatHangfireWrites(JobStorage storage)
    {
        using var connection = (JobStorageConnection)storage.GetConnection();
        var job = Job.FromExpression(() => Jobs.Run("😀", "emoji 😀"));
        var id = connection.CreateExpiredJob(job, new Dictionary<string, string> { ["One"] = "\"1 😀\"", ["Two"] = "2" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            var second = transaction.CreateJob(job, new Dictionary<string, string> { ["One"] = "1" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));
            Assert.True(long.Parse(second, System.Globalization.CultureInfo.InvariantCulture) > long.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
            transaction.SetJobState(second, new TestState("Created"));
            transaction.SetJobState(id, new TestState(new string('n', 80), "😀" + new string('r', 20_000), ("Message", "failed 😀")));
            transaction.SetJobParameter(id, new string('p', 80), "\"😀\"");
            transaction.IncrementCounter("counted", TimeSpan.FromDays(1));
            transaction.AddToSet("set-" + new string('k', 200), new string('v', 500) + "😀", 1789000123);
            transaction.Commit();
        }

        Assert.Equal(["emoji 😀"], connection.GetJobData(id).Job.Args.Skip(1));
        Assert.Equal("1 😀", SerializationHelper.Deserialize<string>(connection.GetJobParameter(id, "One")));
        Assert.Equal("2", connection.GetJobParameter(id, "Two"));
        Assert.Equal("😀", SerializationHelper.Deserialize<string>(connection.GetJobParameter(id, new string('p', 80))));
        var state = connection.GetStateData(id);
        Assert.Equal("failed 😀", state.Data["Message"]);
        Assert.InRange(state.Reason.Length, 10_000, 20_002);
        Assert.Equal(id, storage.GetMonitoringApi().JobDetails(id).History.Single().StateName.Length == 80 ? id : "");
        Assert.Equal([new string('v', 500) + "😀"], connection.GetFirstByLowestScoreFromSet("set-" + new string('k', 200), 1789000123, 1789000123, 10));
        connection.AnnounceServer(new string('s', 300), new ServerContext { WorkerCount = 1, Queues = ["a"] });
        Assert.Equal(1, connection.GetCounter("counted"));
        Assert.NotEmpty(storage.GetMonitoringApi().HourlySucceededJobs());
    }

    private static void AssertLikeNew(LegacyDatabase database, bool withKeyNames = false)
    {
        var fresh = new LegacyDatabase("freshtests", database.Prefix);
        fresh.Storage().Dispose();
        using var connection = fresh.Open();
        Assert.Empty(new SchemaInstaller(connection, "test", new MySqlStorageOptions { TablesPrefix = database.Prefix }).Plan().Steps);
        Assert.Equal(fresh.Layout(withKeyNames), database.Layout(withKeyNames));
        Assert.Equal(fresh.Rows("select `Version` from `{prefix}Schema`"), database.Rows("select `Version` from `{prefix}Schema`"));
    }
}
