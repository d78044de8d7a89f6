using System.Diagnostics;
using System.Transactions;
using Hangfire.MySql;
using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Schemas;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.States;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>A database server that is frozen, or set up in a way that is not ours.</summary>
public sealed class ServerFaults(OwnServer database) : IClassFixture<OwnServer>
{
    private readonly string _test = Guid.NewGuid().ToString();

    [Fact]
    public void Jobs_AreDoneOnce_WhenDatabaseIsFrozenForLongerThanALease()
    {
        const int jobs = 200;
        var connectionString = database.CreateDatabase("frozen");
        using var one = OwnServer.Storage(connectionString, options => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(2));
        using var two = OwnServer.Storage(connectionString, options => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(2));
        var client = new BackgroundJobClient(one);
        var gated = client.Enqueue(() => Jobs.RunThroughGate(_test, "gated"));
        for (var i = 0; i < jobs; i++)
        {
            client.Enqueue(() => Jobs.Run(_test, $"{i}"));
        }

        using var first = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4 }, one);
        using var second = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4 }, two);
        Wait.Until(() => Jobs.RunsOf(_test).Contains("gated") && Jobs.RunsOf(_test).Count > jobs / 10, "the servers to be at work");
        FaultProcess.Signal(database.ProcessId, "-STOP");
        var frozen = Stopwatch.GetTimestamp();
        Wait.Until(() => Stopwatch.GetElapsedTime(frozen).TotalSeconds > 5, "the leases to run out");
        FaultProcess.Signal(database.ProcessId, "-CONT");
        using (var connection = new MySqlConnection(connectionString))
        {
            connection.Open();
            using var renewed = new MySqlCommand($"select count(*) from JobQueue where JobId = {gated} and FetchedAt > utc_timestamp(6) - interval 1 second", connection);
            Wait.Until(() => (long)renewed.ExecuteScalar()! == 1, "the lease of the running job to be renewed, or taken by another");
        }

        Jobs.Gate(_test).Set();
        var monitor = one.GetMonitoringApi();
        Wait.Until(() => monitor.SucceededListCount() == jobs + 1, "all jobs to succeed");
        // all leases had run out, but nobody could have renewed them
        Assert.Single(Jobs.RunsOf(_test), "gated");
        Assert.Equal(jobs + 1, monitor.GetStatistics().Succeeded);
        Assert.Equal(jobs + 1, Jobs.RunsOf(_test).Distinct().Count());
        Assert.Equal(1, monitor.JobDetails(gated).History.Count(state => state.StateName == "Succeeded"));
    }

    [Fact]
    public void Job_IsStartedOnce_WhenDatabaseIsFrozenForLongerThanItsLease()
    {
        var connectionString = database.CreateDatabase("silent");
        Array.ForEach(FaultJobs.Tables, sql => database.Execute(sql.Replace("table ", "table silent.", StringComparison.Ordinal)));
        void Configure(MySqlStorageOptions options) => options.SlidingInvisibilityTimeout = TimeSpan.FromSeconds(5);
        using var one = OwnServer.Storage(connectionString, Configure);
        var client = new BackgroundJobClient(one);
        client.Enqueue(() => FaultJobs.NoteAndWait(connectionString, "slow"));
        long Ran(string what) => (long)database.Scalar($"select count(*) from silent.ran where what = '{what}'")!;
        using var owner = FaultProcess.Start("serve", connectionString);
        Wait.Until(() => Ran("slow") == 1, "the process to run the job");
        using var first = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, one);
        using var two = OwnServer.Storage(connectionString, Configure);
        using var second = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 }, two);
        Wait.Until(() => one.StaleLeases.LookUntil is not null && two.StaleLeases.LookUntil is not null, "the others to look for lost jobs");

        owner.Freeze();
        FaultProcess.Signal(database.ProcessId, "-STOP");
        var moment = Stopwatch.GetTimestamp();
        Wait.Until(() => Stopwatch.GetElapsedTime(moment).TotalSeconds > 6.5, "the lease to run out");
        FaultProcess.Signal(database.ProcessId, "-CONT");
        // the owner is the last to find the database again
        var back = (DateTime)database.Scalar("select utc_timestamp(6)")!;
        Wait.Until(() => (DateTime)database.Scalar("select utc_timestamp(6)")! > back.AddSeconds(1), "others to be first");
        owner.Thaw();

        // each has leave until three seconds after it has seen the clock last
        Wait.Until(() => new[] { one, two }.All(storage => storage.StaleLeases.LookUntil > back.AddSeconds(4)), "all to look for lost jobs again");
        client.Create(() => FaultJobs.Note(connectionString, "lost"), new EnqueuedState("elsewhere"));
        database.Execute("update silent.JobQueue set Queue = 'default', FetchedAt = utc_timestamp(6) - interval 1 hour, FetchToken = 'someone' where Queue = 'elsewhere'");
        Wait.Until(() => Ran("lost") == 1, "the lost job to be found");
        database.Execute("insert into silent.told values ('slow')");
        Wait.Until(() => one.GetMonitoringApi().SucceededListCount() == 2, "both jobs to succeed");
        Assert.Equal(1, Ran("slow"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,ONLY_FULL_GROUP_BY,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,REAL_AS_FLOAT")]
    [InlineData("TRADITIONAL,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_AUTO_VALUE_ON_ZERO,PAD_CHAR_TO_FULL_LENGTH,NO_UNSIGNED_SUBTRACTION")]
    public void Server_WorksAsEver_WhateverTheDefaultSqlMode(string mode)
    {
        const string awkward = "it's \"a\" `b` \\' \\ || %_ 😀\0\n";
        database.Execute($"set global sql_mode = '{mode}'");
        var connectionString = database.CreateDatabase($"mode{(uint)mode.GetHashCode(StringComparison.Ordinal)}");
        using var storage = OwnServer.Storage(connectionString);
        var client = new BackgroundJobClient(storage);
        var recurring = new RecurringJobManager(storage);
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2, SchedulePollingInterval = TimeSpan.FromMilliseconds(100) }, storage))
        {
            var parent = client.Enqueue(() => Jobs.Run(_test, awkward));
            client.ContinueJobWith(parent, () => Jobs.Run(_test, "child"));
            client.Schedule(() => Jobs.Run(_test, "delayed"), TimeSpan.FromMilliseconds(100));
            client.Enqueue(() => Jobs.Fail(awkward));
            recurring.AddOrUpdate(awkward, () => Jobs.Run(_test, "recurring"), Cron.Yearly);
            recurring.Trigger(awkward);
            Wait.Until(() => storage.GetMonitoringApi().SucceededListCount() == 4 && storage.GetMonitoringApi().FailedCount() == 1, "all jobs to end");
        }

        Assert.Equal(new[] { awkward, "child", "delayed", "recurring" }.Order(), Jobs.RunsOf(_test).Order());
        using var connection = (JobStorageConnection)storage.GetConnection();
        using (var transaction = connection.CreateWriteTransaction())
        {
            transaction.AddToSet(awkward, awkward, 1789000123.5);
            transaction.InsertToList(awkward, awkward);
            transaction.TrimList(awkward, 0, 10);
            transaction.IncrementCounter(awkward, TimeSpan.FromDays(1));
            transaction.Commit();
        }

        new CountersAggregator(storage).RunOnce(CancellationToken.None);
        new ExpirationManager(storage).RunOnce(CancellationToken.None);
        Assert.Equal([awkward], connection.GetRangeFromSet(awkward, 0, 10));
        Assert.Equal([awkward], connection.GetAllItemsFromList(awkward));
        Assert.Equal(1, connection.GetCounter(awkward));
        Assert.Equal(awkward, storage.GetMonitoringApi().FailedJobs(0, 10).Single().Value.ExceptionMessage);
        Assert.Equal(4, storage.GetMonitoringApi().SucceededByDatesCount().Values.Sum());
        Assert.Equal(4, storage.GetMonitoringApi().GetStatistics().Succeeded);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Server_WorksAsEver_WithSafeUpdates(bool legacy, bool existing)
    {
        // the modes of the other tests need a setting of the connection, where it is not the storage's own
        database.Execute("set global sql_safe_updates = 1, global sql_mode = default");
        try
        {
            var connectionString = database.CreateDatabase($"safe{legacy}{existing}");
            using var connection = new MySqlConnection(connectionString);
            connection.Open();
            if (legacy)
            {
                using var command = new MySqlCommand(LegacyDatabase.Script("hangfire-mysqlstorage-2.0.3").Replace("{prefix}", "", StringComparison.Ordinal), connection);
                command.ExecuteNonQuery();
                // in a session that is not the storage's own
                MySqlObjectsInstaller.Install(connection);
            }

            using var storage = existing ? new MySql.MySqlStorage(connection, new MySqlStorageOptions()) : OwnServer.Storage(connectionString);
            FaultTests.LiveThrough(storage);
            var recurring = new RecurringJobManager(storage);
            recurring.AddOrUpdate("r", () => Jobs.Run(_test, "recurring"), Cron.Yearly);
            recurring.Trigger("r");
            recurring.RemoveIfExists("r");
            using var left = new MySqlCommand("select @@session.sql_safe_updates", connection);
            Assert.True(Convert.ToBoolean(left.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture));
        }
        finally
        {
            database.Execute("set global sql_safe_updates = 0");
        }
    }

    [Fact]
    public void AmbientTransaction_IsLeftAlone_ByAllThatTheStorageDoes()
    {
        // MySqlConnector's own defaults, which would make each enqueue a distributed transaction
        var connectionString = new MySqlConnectionStringBuilder(database.CreateDatabase("ambient")) { AutoEnlist = true, UseXaTransactions = true }.ConnectionString;
        using var storage = OwnServer.Storage(connectionString);
        var client = new BackgroundJobClient(storage);
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2 }, storage);
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var scope = new TransactionScope();
            var parent = client.Enqueue(() => Jobs.Run(_test, $"{i}"));
            client.ContinueJobWith(parent, () => Jobs.Run(_test, $"child {i}"));
            _ = storage.GetMonitoringApi().JobDetails(parent);
            if (i % 2 == 0)
            {
                scope.Complete();
            }
        });
        Wait.Until(() => storage.GetMonitoringApi().SucceededListCount() == 80, "all jobs, those of scopes that were given up too");
        Assert.Null(database.Scalar("xa recover"));
        Assert.Equal(0L, Convert.ToInt64(database.Scalar("select variable_value from information_schema.global_status where variable_name = 'com_xa_start'"), System.Globalization.CultureInfo.InvariantCulture));
    }
}
