using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;
using PinScheduler.Stages.Analyze.Rollups;
using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Tests.Stages.Analyze;

internal sealed record PinRow(int Ind, int? FollowerCount, string? PosterName, string? Category);

internal sealed record GeoRow(int Ind, string? Country, DateTime? Timestamp);

internal sealed record UserRow(int Ind, int? Age, DateTime? DateJoined);

/// <summary>A database of its own with our schema, filled straight into the clean tables.</summary>
internal sealed class AnalysisDatabase : IAsyncDisposable
{
    private readonly HashSet<string> _warnings = [];
    private int _hash;
    private long _lastFile;

    private AnalysisDatabase(Warehouse warehouse) => Warehouse = warehouse;

    public Warehouse Warehouse { get; }

    public RollupKeeper Rollups => new(Warehouse);

    public ResultRetentionOptions Retention { get; } = new();

    public ResultRetention Pruning => new(Warehouse, Options.Create(Retention));

    /// <summary>Of the runs' tasks.</summary>
    public RunParameters Parameters { get; set; } = RunParameters.None;

    public static SqlFolder Sql { get; } = new(Path.Combine(MariaDb.Root, "sql"));

    public static SqlTasks Tasks { get; } = SqlTasks.Load(Sql);

    public IReadOnlyCollection<string> Warnings => _warnings;

    public static async Task<AnalysisDatabase> CreateAsync(string name)
    {
        var warehouse = new Warehouse(MariaDb.CreateDatabase(name));
        await new SchemaInstaller(warehouse, Sql, TimeProvider.System).InstallAsync(default);
        return new AnalysisDatabase(warehouse);
    }

    public static SqlTask TaskOf(string name) => Tasks.Analyses.Concat(Tasks.Checks).Single(task => task.File.Name == name);

    public static SqlTaskFile File(string name) => TaskOf(name).File;

    /// <summary>Empties all tables; rollups, too, begin anew.</summary>
    public async Task ClearAsync()
    {
        await using var connection = await Warehouse.OpenAsync(default);
        await connection.ExecuteAsync("delete from cleaned_file; update rollup_state set marks = '{}';");
        foreach (var set in DataSet.All)
        {
            await connection.ExecuteAsync($"delete from {set.CleanTable}; delete from {set.FactTable};");
        }
    }

    public async Task FillAsync(IReadOnlyList<PinRow> pins, IReadOnlyList<GeoRow> geos, IReadOnlyList<UserRow> users)
    {
        await ClearAsync();
        await AddAsync(pins, geos, users);
    }

    /// <summary>Adds rows as cleaning a file of each data set does.</summary>
    public async Task AddAsync(IReadOnlyList<PinRow> pins, IReadOnlyList<GeoRow> geos, IReadOnlyList<UserRow> users, long run = 1)
    {
        await using var connection = await Warehouse.OpenAsync(default);
        var file = ++_lastFile;
        await InsertAsync("clean_pin (ind, follower_count, poster_name, category, h, src)", pins.Select(row => new object?[] { row.Ind, row.FollowerCount, row.PosterName, row.Category, NextHash(), file }));
        await InsertAsync("clean_geo (ind, country, `timestamp`, h, src)", geos.Select(row => new object?[] { row.Ind, row.Country, row.Timestamp, NextHash(), file }));
        await InsertAsync("clean_user (ind, age, date_joined, h, src)", users.Select(row => new object?[] { row.Ind, row.Age, row.DateJoined, NextHash(), file }));
        foreach (var set in DataSet.All)
        {
            var facts = FactColumns.Of(set);
            if (facts.Dictionary is not null)
            {
                await connection.ExecuteAsync($"insert ignore into {facts.Dictionary} (name) select distinct {facts.Named} from {set.CleanTable} where {facts.Named} is not null and src = @file", new { file });
            }

            await connection.ExecuteAsync(
                $"""
                insert into {set.FactTable} (ind, h, {facts.First}, {facts.Second}, src) select c.ind, c.h, {facts.FromClean}, c.src from {set.CleanTable} c where c.src = @file;
                insert into clean_order (data_set, last_number) values (@Key, 1) on duplicate key update last_number = last_number + 1;
                insert into cleaned_file (landing_file, rules, data_set, run, load_number, records, accepted, duplicates, rejected, cleaned_at)
                    select @file * 10 + @set, '', @Key, @run, last_number, 0, 0, 0, 0, utc_timestamp(6) from clean_order where data_set = @Key;
                update {set.FactTable} set src = @file * 10 + @set where src = @file;
                update {set.CleanTable} set src = @file * 10 + @set where src = @file;
                """,
                new { file, set.Key, set = DataSet.All.ToList().IndexOf(set), run });
        }

        async Task InsertAsync(string table, IEnumerable<object?[]> rows)
        {
            foreach (var chunk in rows.Chunk(500))
            {
                var values = new DynamicParameters();
                var text = chunk.Select((row, i) => "(" + string.Join(", ", row.Select((cell, j) =>
                {
                    values.Add($"v{i}_{j}", cell);
                    return $"@v{i}_{j}";
                })) + ")");
                await connection.ExecuteAsync($"insert into {table} values {string.Join(", ", text)}", values);
            }
        }
    }

    public Task<StageResult> RunAsync(SqlTaskFile file, long run = 1, CancellationToken cancellationToken = default) => RunAsync(new SqlTask(file, [], [.. Tasks.Rollups.Select(task => task.File).Where(rollup => file.Tables.Contains(rollup.Name))]), run, cancellationToken);

    public async Task<StageResult> RunAsync(SqlTask task, long run = 1, CancellationToken cancellationToken = default)
    {
        var context = await ContextAsync(task.File.Name, run);
        IStage stage = task.File.Kind == SqlTaskKind.Analysis ? new AnalyzeStage(task, Warehouse, Rollups, Pruning) : new CheckStage(task, Warehouse, Rollups, Pruning);
        return await stage.RunAsync(context, cancellationToken);
    }

    public async Task<RollupOutcome> KeepAsync(SqlTaskFile rollup, bool anew = false) => await Rollups.KeepAsync(rollup, await ContextAsync(rollup.Name, 1), anew, default);

    public async Task<StageContext> ContextAsync(string task, long run) => new()
    {
        RunId = run,
        TaskKey = task,
        LogicalDate = new DateOnly(2026, 11, 22),
        Parameters = Parameters,
        Attempt = 1,
        Fence = await Warehouse.TransactAsync((connection, transaction) => Fence.TakeAsync(connection, transaction, $"{run}/{task}"), default),
        Log = NullLogger.Instance,
        WarnAsync = text =>
        {
            _warnings.Add(text);
            return Task.CompletedTask;
        },
    };

    public async Task<long> AddRunAsync(string state, DateTime? endedAt = null)
    {
        await using var connection = await Warehouse.OpenAsync(default);
        return await connection.ExecuteScalarAsync<long>(
            """
            insert into run (pipeline, version, logical_date, state, `trigger`, parameters, created_at, ended_at)
            values ('nightly', 'v', '2026-11-22', @state, 'api', '{}', '2026-11-22 03:00:00', @endedAt);
            select last_insert_id();
            """,
            new { state, endedAt = endedAt ?? (state is "running" or "queued" ? null : new DateTime(2026, 11, 22, 4, 0, 0)) });
    }

    /// <summary>The stored rows, cells as the text that they are in JSON, strings without their quotes and null as ∅.</summary>
    public async Task<List<string>> RowsAsync(string name, long run = 1)
    {
        await using var connection = await Warehouse.OpenAsync(default);
        var cells = await connection.QueryAsync<string>(
            "select cells from (select ordinal, cells from analysis_row where run = @run and analysis = @name union all select ordinal, cells from check_row where run = @run and check_name = @name) x order by ordinal",
            new { run, name });
        return [.. cells.Select(static row => string.Join("|", JsonDocument.Parse(row).RootElement.EnumerateArray().Select(static cell => cell.ValueKind switch
        {
            JsonValueKind.Null => "∅",
            JsonValueKind.String => cell.GetString(),
            _ => cell.GetRawText(),
        })))];
    }

    public ValueTask DisposeAsync() => Warehouse.DisposeAsync();

    private byte[] NextHash() => [.. BitConverter.GetBytes(_hash++), .. new byte[12]];
}
