using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Stages.Drain;
using PinScheduler.Stages.Drain.Sharing;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>Topics, a landing folder and a database of a test's own, and what was produced, to be compared with what has landed.</summary>
internal sealed class DrainBench : IAsyncDisposable
{
    public const string Day = "2026-11-22";

    private readonly EmbeddedBroker _broker;
    private readonly string _connectionString;
    private readonly Dictionary<string, string> _topics;
    private readonly ServiceProvider _services;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("pinscheduler-drain-");
    private readonly Lazy<IProducer<byte[]?, byte[]?>> _producer;
    private readonly List<(int Partition, long Offset, byte[]? Value)> _produced = [];

    private DrainBench(EmbeddedBroker broker, string connectionString, Dictionary<string, string> topics, bool realTime, IEnumerable<(string Key, string Value)> settings)
    {
        _broker = broker;
        _connectionString = connectionString;
        _topics = topics;
        _producer = new(() => broker.Clients().CreateProducer<byte[]?, byte[]?>(builder => builder));
        Topic = topics["pin"];
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(broker.Settings(topics))
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
            .Build();
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(new Warehouse(connectionString))
            .AddSingleton(new DataFolder(_data.FullName))
            .AddKafka(configuration)
            .AddLanding(configuration)
            .AddDrain(configuration)
            .AddSingleton(realTime ? TimeProvider.System : Time)
            .AddSingleton<IIngestServers>(new Servers(this))
            .AddSingleton(new LandingSteps { Reached = step => OnStep(step) });
        _services = services.BuildServiceProvider();
    }

    public string Topic { get; }

    public Action<LandingStep> OnStep { get; set; } = static _ => { };

    public int IngestServers { get; set; } = 1;

    public bool Ingests { get; set; } = true;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    public List<string> Warnings { get; } = [];

    public Warehouse Warehouse => Get<Warehouse>();

    public string LandingRoot => Get<LandingFolder>().Root;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static async Task<DrainBench> CreateAsync(int partitions = 3, EmbeddedBroker? broker = null, bool realTime = false, params (string Key, string Value)[] settings)
    {
        broker ??= EmbeddedBroker.Shared;
        var bench = new DrainBench(broker, MariaDb.CreateDatabase("drain"), await broker.CreateTopicsAsync("drain", partitions), realTime, settings);
        await new SchemaInstaller(bench.Warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);
        return bench;
    }

    /// <summary>Another server over the same broker and landing folder, by default with the same database.</summary>
    public DrainBench Beside(string? connectionString = null, params (string Key, string Value)[] settings) =>
        new(_broker, connectionString ?? _connectionString, _topics, realTime: false, [("Pipeline:LandingDirectory", LandingRoot), .. settings]);

    public async Task<StageResult> DrainAsync(long run = 1, int attempt = 1, Fence? fence = null, CancellationToken cancellationToken = default)
    {
        var stage = ActivatorUtilities.CreateInstance<DrainStage>(_services, DataSet.Pin);
        return await stage.RunAsync(await ContextAsync(run, attempt, fence), cancellationToken);
    }

    public Task<Fence> TakeFenceAsync(long run = 1) =>
        Warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"{run}/drain-pin"), default);

    public async Task<StageContext> ContextAsync(long run = 1, int attempt = 1, Fence? fence = null) => new()
    {
        RunId = run,
        TaskKey = "drain-pin",
        LogicalDate = DateOnly.Parse(Day, CultureInfo.InvariantCulture),
        Parameters = RunParameters.None,
        Attempt = attempt,
        Fence = fence ?? await TakeFenceAsync(run),
        Log = NullLogger.Instance,
        WarnAsync = text =>
        {
            Warnings.Add(text);
            return Task.CompletedTask;
        },
    };

    public Task ProduceAsync(int partition, params string?[] values) => ProduceAsync(partition, values.Select(value => value is null ? null : Encoding.UTF8.GetBytes(value)).ToArray());

    public async Task ProduceAsync(int partition, byte[]?[] values)
    {
        foreach (var chunk in values.Chunk(5000))
        {
            var sent = await Task.WhenAll(chunk.Select(value => _producer.Value.ProduceAsync(new TopicPartition(Topic, partition), new Message<byte[]?, byte[]?> { Key = "17"u8.ToArray(), Value = value })));
            lock (_produced)
            {
                _produced.AddRange(sent.Select((report, at) => (partition, report.Offset.Value, chunk[at])));
            }
        }
    }

    public async Task RecreateTopicAsync(int partitions = 3)
    {
        await _broker.DeleteTopicAsync(Topic);
        await _broker.CreateTopicAsync(Topic, partitions);
    }

    public async Task<List<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Warehouse.OpenAsync(default);
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Warehouse.OpenAsync(default);
        await connection.ExecuteAsync(sql, parameters);
    }

    public List<string> FilesOnDisk() => Directory.Exists(LandingRoot)
        ? [.. Directory.EnumerateFiles(LandingRoot, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != LandingOwner.MarkFile).Select(file => Path.GetRelativePath(LandingRoot, file).Replace('\\', '/')).Order(StringComparer.Ordinal)]
        : [];

    public async Task<List<Row>> RowsAsync() => await QueryAsync<Row>(
        """
        select incarnation as Incarnation, `partition`, first_offset as FirstOffset, last_offset as LastOffset, consumed as Consumed, records as Records,
            dead_letters as DeadLetters, bytes as Bytes, checksum as Checksum, disk_bytes as DiskBytes, dead_bytes as DeadBytes, path as Path, run as Run
        from landing_file order by incarnation, `partition`, first_offset
        """);

    /// <summary>Every offset in one recorded file, every record as its bytes or as a dead letter, nothing on disk that is not recorded.</summary>
    public async Task AssertEverythingLandedAsync()
    {
        var rows = await RowsAsync();
        var lines = new List<string>();
        var dead = new List<(int, long, string?)>();
        var expectedFiles = new List<string>();
        foreach (var row in rows)
        {
            expectedFiles.Add(row.Path);
            lines.AddRange(ReadData(row));
            if (row.DeadLetters > 0)
            {
                expectedFiles.Add(LandingFileName.DeadLettersOf(row.Path));
                dead.AddRange(ReadDead(row));
            }

            Assert.Equal(row.Consumed, row.Records + row.DeadLetters);
        }

        foreach (var partition in rows.GroupBy(row => row.Partition))
        {
            Assert.Equal(partition.Skip(1).Select(row => row.FirstOffset), partition.SkipLast(1).Select(row => row.LastOffset + 1));
            Assert.Equal(0, partition.First().FirstOffset);
        }

        Assert.Equal(expectedFiles.Order(StringComparer.Ordinal), FilesOnDisk());
        var alive = _produced.Where(record => IsLine(record.Value)).Select(record => Encoding.UTF8.GetString(record.Value!)).Order(StringComparer.Ordinal);
        Assert.Equal(alive, lines.Order(StringComparer.Ordinal));
        var killed = _produced.Where(record => !IsLine(record.Value)).Select(record => (record.Partition, record.Offset, record.Value is null ? null : Convert.ToBase64String(record.Value)));
        Assert.Equal(killed.Order(), dead.Order());
    }

    public string FullPath(Row row) => Path.Combine(LandingRoot, row.Path);

    public string[] ReadData(Row row)
    {
        Assert.Equal(row.DiskBytes, new FileInfo(FullPath(row)).Length);
        using var content = new MemoryStream();
        using (var stream = Get<LandingFolder>().OpenRead(row.Path))
        {
            stream.CopyTo(content);
        }

        var bytes = content.ToArray();
        Assert.Equal(row.Bytes, bytes.Length);
        Assert.Equal(row.Checksum, Convert.ToHexStringLower(XxHash128.Hash(bytes)));
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.Equal(row.Records, lines.Length - 1);
        return lines[..^1];
    }

    public List<(int Partition, long Offset, string? Value)> ReadDead(Row row)
    {
        var dead = LandingFileName.DeadLettersOf(FullPath(row));
        Assert.Equal(row.DeadBytes, new FileInfo(dead).Length);
        var lines = File.ReadAllLines(dead);
        Assert.Equal(row.DeadLetters, lines.Length);
        return [.. lines.Select(line =>
        {
            using var letter = JsonDocument.Parse(line);
            Assert.NotEmpty(letter.RootElement.GetProperty("reason").GetString()!);
            Assert.Equal("17"u8.ToArray(), letter.RootElement.GetProperty("key").GetBytesFromBase64());
            return (letter.RootElement.GetProperty("partition").GetInt32(), letter.RootElement.GetProperty("offset").GetInt64(), letter.RootElement.GetProperty("value").GetString());
        })];
    }

    public async ValueTask DisposeAsync()
    {
        if (_producer.IsValueCreated)
        {
            _producer.Value.Dispose();
        }

        await _services.DisposeAsync();
        _data.Delete(recursive: true);
    }

    // the tests' own values are objects on one line, or else dead
    private static bool IsLine(byte[]? value) => value is [(byte)'{', .., (byte)'}'];

    private sealed class Servers(DrainBench bench) : IIngestServers
    {
        public bool IsOne => bench.Ingests;

        public Task<int> CountAsync(CancellationToken cancellationToken) => Task.FromResult(bench.IngestServers);
    }

    internal sealed record Row(string Incarnation, int Partition, long FirstOffset, long LastOffset, long Consumed, long Records, long DeadLetters, long Bytes, string Checksum, long DiskBytes, long DeadBytes, string Path, long? Run);
}
