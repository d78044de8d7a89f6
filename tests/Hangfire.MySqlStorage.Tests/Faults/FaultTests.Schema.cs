using System.Text.RegularExpressions;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using MySqlConnector;
using PinScheduler.Tests;

namespace Hangfire.MySqlStorage.Tests.Faults;

public sealed partial class FaultTests
{
    /// <summary>Reserved by MySQL since 8.0 and not by MariaDB 10.11, which the tests run on.</summary>
    /// <remarks>https://dev.mysql.com/doc/refman/8.4/en/keywords.html</remarks>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "cube", "cume_dist", "dense_rank", "empty", "except", "first_value", "function", "groups", "grouping", "intersect", "json_table", "lag", "last_value", "lateral",
        "lead", "manual", "nth_value", "ntile", "of", "over", "parallel", "percent_rank", "qualify", "rank", "recursive", "row_number", "system", "tablesample", "window",
    };

    private string Database => new MySqlConnectionStringBuilder(_database.ConnectionString).Database;

    [Fact]
    public void Fault04_EveryTable_HasPrimaryKey()
    {
        Assert.Null(_database.Scalar<string>($"""
            select group_concat(table_name) from information_schema.tables where table_schema = '{Database}' and table_type = 'BASE TABLE'
            and table_name not in (select table_name from information_schema.columns where table_schema = '{Database}' and column_key = 'PRI')
            """));
        Assert.Equal(0, _database.Scalar<long>($"select count(*) from information_schema.tables where table_schema = '{Database}' and table_name like '%lock%'"));
    }

    [Fact]
    public void Fault13_NoNameInSql_IsReservedByMySql()
    {
        var source = Path.Combine(MariaDb.Root, "src", "Hangfire.MySqlStorage");
        var aliases = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"\bas ([a-z_]+)\b").Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.NotEmpty(aliases);
        Assert.DoesNotContain(aliases, Reserved.Contains);
        using var connection = new MySqlConnection(_database.ConnectionString);
        connection.Open();
        using var command = new MySqlCommand($"select table_name from information_schema.tables where table_schema = '{Database}' union select column_name from information_schema.columns where table_schema = '{Database}'", connection);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            Assert.DoesNotContain(reader.GetString(0), Reserved);
        }
    }

    [Fact]
    public void Fault14_Texts_AreKept_InDatabaseOfAnotherCharacterSet()
    {
        _database.Execute($"alter database `{Database}` character set latin1");
        using var storage = _database.Another(options => options.TablesPrefix = "Latin_");
        Assert.Equal("utf8mb4_bin", _database.Scalar<string>($"select group_concat(distinct collation_name) from information_schema.columns where table_schema = '{Database}' and table_name like 'Latin\\_%' and collation_name is not null"));
        using var connection = (Storage.JobStorageConnection)storage.GetConnection();
        Commit(connection, transaction => transaction.AddToSet("定时", "任务 😀"));
        Assert.Equal("任务 😀", connection.GetAllItemsFromSet("定时").Single());
    }

    [Fact]
    public void Fault14_Keys_FitIntoAnIndex()
    {
        // InnoDB's limit, whatever the row format: 3,072 bytes
        Assert.Equal(0, _database.Scalar<long>($"""
            select count(*) from (
                select s.table_name, s.index_name, sum(coalesce(s.sub_part * 4, c.character_octet_length, 8)) as bytes from information_schema.statistics s
                inner join information_schema.columns c on c.table_schema = s.table_schema and c.table_name = s.table_name and c.column_name = s.column_name
                where s.table_schema = '{Database}' and c.table_schema = '{Database}' group by s.table_name, s.index_name) as indexed where bytes > 3072
            """));
    }

    [Fact]
    public void Fault15_LongNames_AreKeptWhole()
    {
        string Long(int length) => new string('x', length - 2) + "😀";
        using var connection = Connect();
        connection.AnnounceServer(Long(300), new ServerContext { WorkerCount = 1, Queues = ["default"] });
        connection.Heartbeat(Long(300));
        var id = connection.CreateExpiredJob(TestJobs.Nothing(), new Dictionary<string, string> { [Long(250)] = "parameter" }, DateTime.UnixEpoch, TimeSpan.FromHours(1));
        Commit(connection, transaction =>
        {
            transaction.SetJobState(id, new TestState(Long(100), Long(2048)));
            transaction.AddToSet(Long(250), Long(500));
            transaction.SetRangeInHash(Long(250), [KeyValuePair.Create(Long(250), "field")]);
            transaction.InsertToList(Long(250), Long(100_000));
            transaction.IncrementCounter(Long(250));
            transaction.AddToQueue(Long(250), id);
        });
        Assert.Equal(Long(300), _database.Storage.GetMonitoringApi().Servers().Single().Name);
        Assert.Equal("parameter", connection.GetJobParameter(id, Long(250)));
        Assert.Equal((Long(100), Long(2048)), (connection.GetStateData(id).Name, connection.GetStateData(id).Reason));
        Assert.Equal(Long(500), connection.GetAllItemsFromSet(Long(250)).Single());
        Assert.Equal("field", connection.GetValueFromHash(Long(250), Long(250)));
        Assert.Equal(Long(100_000), connection.GetAllItemsFromList(Long(250)).Single());
        Assert.Equal(1, connection.GetCounter(Long(250)));
        using var fetched = Fetch(connection, Long(250));
        Assert.Equal(id, fetched.JobId);
    }

    [Fact]
    public void Fault18_Prefix_IsNoPatternOfTableNames()
    {
        // to LIKE, the underscore stands for any letter
        _database.Execute("create table hangfireXJob (Id int primary key); create table hangfireXSchema (Version int primary key)");
        using var storage = _database.Another(options => options.TablesPrefix = "hangfire_");
        LiveThrough(storage);
    }

    [Fact]
    public void Fault24_GuidSettings_OfTheConnectionString_ChangeNothing()
    {
        using var storage = With(settings => settings.GuidFormat = MySqlGuidFormat.Char36);
        LiveThrough(storage);
        Assert.Equal("varchar", _database.Scalar<string>($"select data_type from information_schema.columns where table_schema = '{Database}' and column_name = 'FetchToken'"));
    }

    [Fact]
    public void Fault25_EveryInstant_IsKeptToTheMicrosecond()
    {
        Assert.Equal("datetime(6)", _database.Scalar<string>($"select group_concat(distinct column_type) from information_schema.columns where table_schema = '{Database}' and data_type in ('datetime', 'timestamp', 'date', 'time')"));
        using var connection = Connect();
        Commit(connection, transaction =>
        {
            transaction.AddToSet("set", "value");
            transaction.ExpireSet("set", TimeSpan.FromMilliseconds(100_400));
            transaction.IncrementCounter("counter", TimeSpan.FromMilliseconds(100_400));
        });
        // rounded to seconds, it would have gained or lost up to half of one
        Assert.InRange(connection.GetSetTtl("set").TotalSeconds, 60, 100.4);
        Assert.NotEqual(0, _database.Scalar<long>("select sum(microsecond(ExpireAt)) from Counter") + _database.Scalar<long>("select sum(microsecond(ExpireAt)) from `Set`"));
    }
}
