using Hangfire.MySql.Maintenance;
using Hangfire.MySqlStorage.Tests.Support;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests.Faults;

public sealed partial class FaultTests
{
    [Fact]
    public void Fault08_DelayedJob_IsDueAtItsSecond()
    {
        // single precision knows unix time to 128 s
        var due = DateTimeOffset.FromUnixTimeSeconds(4_000_000_123);
        var id = Client.Schedule(() => Jobs.Nothing(), due);
        Assert.Equal(4_000_000_123, _database.Scalar<double>("select Score from `Set` where `Key` = 'schedule'"));
        using var connection = Connect();
        Assert.Null(connection.GetFirstByLowestScoreFromSet("schedule", 0, 4_000_000_122));
        Assert.Equal(id, connection.GetFirstByLowestScoreFromSet("schedule", 0, 4_000_000_123));
    }

    [Fact]
    public async Task Fault09_Counters_AreExact_WhenSeveralAddThemUpWhileOthersCount()
    {
        using var done = new ManualResetEventSlim();
        var aggregators = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!done.IsSet)
            {
                new CountersAggregator(_database.Storage).RunOnce(CancellationToken.None);
            }
        })).ToArray();
        Parallel.For(0, 4, _ =>
        {
            using var connection = Connect();
            for (var i = 0; i < 50; i++)
            {
                Commit(connection, transaction =>
                {
                    transaction.IncrementCounter("up");
                    transaction.DecrementCounter("down");
                });
            }
        });
        done.Set();
        await Task.WhenAll(aggregators);
        using var reader = Connect();
        Assert.Equal((200, -200), (reader.GetCounter("up"), reader.GetCounter("down")));
    }

    [Fact]
    public void Fault09_Counter_KeepsItsEnd_WhenItIsAddedToWithoutOne()
    {
        using var connection = Connect();
        var aggregator = new CountersAggregator(_database.Storage);
        Commit(connection, transaction => transaction.IncrementCounter("counter", TimeSpan.FromDays(1)));
        aggregator.RunOnce(CancellationToken.None);
        Commit(connection, transaction => transaction.IncrementCounter("counter"));
        aggregator.RunOnce(CancellationToken.None);
        Assert.Equal(1, _database.Scalar<long>("select count(*) from AggregatedCounter where `Value` = 2 and ExpireAt > utc_timestamp(6)"));
    }

    [Fact]
    public void Fault09_Counter_ExceedsThirtyTwoBits()
    {
        _database.Execute("insert into AggregatedCounter (`Key`, `Value`) values ('counter', 2147483647)");
        using var connection = Connect();
        Commit(connection, transaction => transaction.IncrementCounter("counter"));
        new CountersAggregator(_database.Storage).RunOnce(CancellationToken.None);
        Assert.Equal(2147483648, connection.GetCounter("counter"));
    }

    [Theory]
    [InlineData("Job")]
    [InlineData("Set")]
    [InlineData("List")]
    [InlineData("Hash")]
    [InlineData("AggregatedCounter")]
    public void Fault10_Expiration_FindsItsRowsByIndex(string table)
    {
        // by the optimizer's own word; a full scan here takes minutes with the jobs of a year
        Assert.Equal("ExpireAt", _database.Scalar<string>($"select column_name from information_schema.statistics where table_schema = '{Database}' and table_name = '{table}' and column_name = 'ExpireAt' and seq_in_index = 1"));
        var plan = _database.Scalar<string>($"explain format=json select Id from `{table}` force index (IX_{table}_ExpireAt) where ExpireAt < utc_timestamp(6) order by ExpireAt limit 1000");
        Assert.DoesNotContain("filesort", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Fault10_Expiration_EndsAndLeavesTheRest()
    {
        var jobs = new ManyJobs(_database);
        jobs.Add("Succeeded", 2500);
        _database.Execute("update Job set ExpireAt = utc_timestamp(6) - interval 1 hour where Id <= 2001");
        Assert.Equal(2000, new ExpirationManager(_database.Storage).RunOnce(CancellationToken.None));
        Assert.Equal((500, 1500, 500), (_database.Scalar<long>("select count(*) from Job"), _database.Scalar<long>("select count(*) from State"), _database.Scalar<long>("select count(*) from JobParameter")));
        Assert.Equal(0, new ExpirationManager(_database.Storage).RunOnce(CancellationToken.None));
    }

    [Fact]
    public void Fault10_Expiration_DoesNotWaitForRowsInUse()
    {
        // as in life: what has expired is a small part, and deleted by index
        new ManyJobs(_database).Add("Succeeded", 3000);
        _database.Execute("update Job set ExpireAt = utc_timestamp(6) - interval 1 hour where Id <= 101; analyze table Job, State, JobParameter");
        using var session = new MySqlConnection(_database.ConnectionString);
        session.Open();
        using (var transaction = session.BeginTransaction(System.Data.IsolationLevel.ReadCommitted))
        {
            using var hold = new MySqlCommand("select 1 from Job where Id = 50 for update", session, transaction);
            hold.ExecuteScalar();
            Assert.Equal(99, new ExpirationManager(_database.Storage).RunOnce(CancellationToken.None));
        }

        Assert.Equal(1, new ExpirationManager(_database.Storage).RunOnce(CancellationToken.None));
    }

    [Fact]
    public void Fault11_Counts_StopAtTheirLimit()
    {
        new ManyJobs(_database).Add("Failed", 50);
        using var limited = _database.Another(options => options.DashboardJobListLimit = 20);
        using var unlimited = _database.Another(options => options.DashboardJobListLimit = null);
        Assert.Equal((20, 50), (limited.GetMonitoringApi().FailedCount(), unlimited.GetMonitoringApi().FailedCount()));
    }
}
