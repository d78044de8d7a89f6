using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Landing;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Tests.Stages.Clean;

/// <summary>A database and a landing folder of a test's own, with files that stand there as a drain would have left them.</summary>
internal sealed class CleanBench : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("pinscheduler-clean-");
    private long _nextOffset;

    private CleanBench(string connectionString, (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, pair.Value))).Build();
        _services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new Warehouse(connectionString))
            .AddSingleton(new DataFolder(_data.FullName))
            .AddLanding(configuration)
            .AddClean(configuration)
            .BuildServiceProvider();
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    public List<string> Warnings { get; } = [];

    public Warehouse Warehouse => Get<Warehouse>();

    public LandingFolder Folder => Get<LandingFolder>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static Task<CleanBench> CreateAsync(params (string Key, string? Value)[] settings) => CreateAsync(MariaDb.CreateDatabase("clean"), settings);

    public static async Task<CleanBench> CreateAsync(string connectionString, params (string Key, string? Value)[] settings)
    {
        var bench = new CleanBench(connectionString, settings);
        await new SchemaInstaller(bench.Warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);
        return bench;
    }

    /// <summary>The same database and landing files under another configuration, as after a restart.</summary>
    public CleanBench Reconfigured(params (string Key, string? Value)[] settings)
    {
        var bench = new CleanBench(ConnectionString, settings) { _nextOffset = _nextOffset };
        Directory.CreateSymbolicLink(bench.Folder.Root, Folder.Root);
        return bench;
    }

    /// <returns>The file's row in the ledger.</returns>
    public Task<long> LandAsync(DataSet dataSet, int partition, params IReadOnlyList<string> lines) =>
        LandAsync(dataSet, partition, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))), lines.Count);

    public async Task<long> LandAsync(DataSet dataSet, int partition, byte[] bytes, int records, bool packed = false)
    {
        var topic = "pinterest." + dataSet.Key;
        var day = new DateOnly(2026, 11, 22);
        var name = new LandingFileName(topic, 1, partition, _nextOffset, packed);
        Folder.CreateDay(topic, day);
        var path = LandingFolder.Relative(topic, day, name.Data);
        using var file = new AppendFile(Folder.FullPath(path), packed);
        file.Append(bytes);
        file.Write();
        await using var connection = await Warehouse.OpenAsync(default);
        var id = await connection.ExecuteScalarAsync<long>(
            """
            insert into landing_file (data_set, topic, incarnation, `partition`, first_offset, last_offset, consumed, records, dead_letters, bytes, checksum, disk_bytes, dead_bytes, path, run, created_at)
            values (@Key, @topic, 'one', @partition, @first, @last, @records, @records, 0, @bytes, @checksum, @DiskLength, 0, @path, 1, utc_timestamp(6));
            select last_insert_id()
            """,
            new { dataSet.Key, topic, partition, first = _nextOffset, last = _nextOffset + Math.Max(records, 1) - 1, records, bytes = file.Length, checksum = file.Checksum, file.DiskLength, path });
        _nextOffset += Math.Max(records, 1);
        return id;
    }

    public async Task<Counts> CleanAsync(DataSet dataSet, long run = 1, Action<long, long?, string>? report = null, ILogger? log = null, CancellationToken cancellationToken = default)
    {
        var context = await StageContexts.CreateAsync(Warehouse, $"clean-{dataSet.Key}", run, warnings: Warnings, report: report);
        return await CleanAsync(dataSet, log is null ? context : context with { Log = log }, cancellationToken);
    }

    public async Task<Counts> CleanAsync(DataSet dataSet, StageContext context, CancellationToken cancellationToken = default)
    {
        var counts = (await ActivatorUtilities.CreateInstance<CleanStage>(_services, dataSet).RunAsync(context, cancellationToken)).Counts;
        Assert.Equal(["accepted", "duplicates", "files", "read", "rejected"], counts.Keys.Order());
        return new Counts(counts["files"], counts["read"], counts["accepted"], counts["duplicates"], counts["rejected"]);
    }

    /// <summary>A clean table's rows as JSON, in their order as text; read as the contract's check reads them. Its fact table must hold the same.</summary>
    public async Task<List<string>> RowsAsync(DataSet dataSet)
    {
        await AssertFactsAsync(dataSet);
        var columns = GoldenFiles.Columns[dataSet.Key].Select(column => column is "timestamp" or "date_joined" or "coordinates" ? $"cast(`{column}` as char)" : $"`{column}`");
        var rows = await QueryAsync<string>($"select json_array({string.Join(", ", columns)}) from {dataSet.CleanTable}");
        return [.. rows.Select(row => GoldenFiles.Canonical(dataSet, JsonDocument.Parse(row).RootElement.EnumerateArray())).Order(StringComparer.Ordinal)];
    }

    /// <summary>Cleans until right before its n-th statement; then everything that the process had at the database is gone, as when it is killed.</summary>
    /// <returns>False where it had ended before.</returns>
    public async Task<bool> CleanUntilAsync(int statement, DataSet dataSet, long run)
    {
        var context = await StageContexts.CreateAsync(Warehouse, $"clean-{dataSet.Key}", run, warnings: Warnings);
        using (var crash = StatementCrash.Before(statement))
        {
            var failure = await Record.ExceptionAsync(() => CleanAsync(dataSet, context));
            Assert.True(failure is null or CrashException, failure?.ToString());
            if (!crash.Happened)
            {
                return false;
            }
        }

        await using var connection = new MySqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var thread in await connection.QueryAsync<long>("select id from information_schema.processlist where db = database() and id <> connection_id()"))
        {
            await connection.ExecuteAsync($"kill {thread}");
        }

        return true;
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

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _data.Delete(recursive: true);
    }

    // what its definition in SQL makes of the clean table, no row more or less
    private async Task AssertFactsAsync(DataSet dataSet)
    {
        var facts = FactColumns.Of(dataSet);
        var columns = $"f.ind, f.h, f.src, f.{facts.First}, f.{facts.Second}";
        Assert.Empty(await QueryAsync<dynamic>($"""
            select {columns} from {dataSet.FactTable} f left join {dataSet.CleanTable} c on c.ind = f.ind and c.h = f.h
            where c.ind is null or c.src <> f.src or not ((f.{facts.First}, f.{facts.Second}) <=> ({facts.FromClean}))
            union all
            select c.ind, c.h, c.src, 0, 0 from {dataSet.CleanTable} c left join {dataSet.FactTable} f on c.ind = f.ind and c.h = f.h where f.ind is null
            """));
    }
}

internal sealed record Counts(long Files, long Read, long Accepted, long Duplicates, long Rejected);
