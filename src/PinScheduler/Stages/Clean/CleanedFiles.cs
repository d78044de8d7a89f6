using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Stages.Clean;

/// <summary>Which files have been cleaned by which rules, and what became of their records.</summary>
internal sealed class CleanedFiles(Warehouse warehouse)
{
    /// <summary>The files whose records the target lacks, of these partitions or of all, in the order in which they were landed.</summary>
    public async Task<IReadOnlyList<PendingFile>> PendingAsync(CleanTarget target, IReadOnlyCollection<int>? partitions, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        // cleaned_with spares the look at files long done; the row of cleaned_file is what counts
        return (await connection.QueryAsync<PendingFile>(new CommandDefinition(
            $"""
            select f.id as Id, f.topic as Topic, f.`partition` as `Partition`, f.first_offset as FirstOffset, f.last_offset as LastOffset,
                f.records as Records, f.bytes as Bytes, f.checksum as Checksum, f.path as Path
            from landing_file f
            left join cleaned_file c on c.landing_file = f.id and c.rules = @Rules
            where f.data_set = @Key and (f.cleaned_with is null or f.cleaned_with <> @Rules) and c.landing_file is null and f.removed_at is null {(partitions is null ? "" : "and f.`partition` in @partitions")}
            order by f.id
            """,
            new { target.Rules, target.DataSet.Key, partitions },
            cancellationToken: cancellationToken))).AsList();
    }

    public static async Task RecordAsync(MySqlConnection connection, MySqlTransaction transaction, CleanTarget target, PendingFile file, CleanFigures figures, long run, long number)
    {
        await connection.ExecuteAsync(
            """
            insert into cleaned_file (landing_file, rules, data_set, run, load_number, records, accepted, duplicates, rejected, nulls, milliseconds, cleaned_at)
            values (@Id, @Rules, @Key, @run, @number, @Records, @Accepted, @Duplicates, @Rejected, @nulls, @milliseconds, utc_timestamp(6))
            """,
            new
            {
                file.Id, target.Rules, target.DataSet.Key, run, number, figures.Records, figures.Accepted, figures.Duplicates, figures.Rejected,
                nulls = JsonSerializer.Serialize(figures.Nulls),
                milliseconds = figures.Took.TotalMilliseconds,
            },
            transaction);
        if (target.IsLive)
        {
            await connection.ExecuteAsync("update landing_file set cleaned_with = @Rules where id = @Id", new { target.Rules, file.Id }, transaction);
        }
    }

    /// <summary>Of each of those runs and data sets, the records that were not rejected, and by column in how many it is NULL; files of before that was kept are left out.</summary>
    public async Task<IReadOnlyList<NullCounts>> NullsAsync(IReadOnlyCollection<long> runs, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var files = await connection.QueryAsync<(long Run, string DataSet, long Records, string Nulls)>(new CommandDefinition(
            "select run, data_set, records - rejected, nulls from cleaned_file where run in @runs and nulls is not null", new { runs = runs.DefaultIfEmpty(0) }, cancellationToken: cancellationToken));
        return [.. files.GroupBy(static file => (file.Run, file.DataSet)).Select(static task => new NullCounts(
            task.Key.Run, task.Key.DataSet, task.Sum(static file => file.Records),
            task.SelectMany(static file => JsonSerializer.Deserialize<Dictionary<string, long>>(file.Nulls)!).GroupBy(static column => column.Key).ToDictionary(static column => column.Key, static column => column.Sum(static one => one.Value), StringComparer.Ordinal)))];
    }

    /// <summary>The files that the run's task has cleaned, over all attempts, in the order in which they were landed.</summary>
    public async IAsyncEnumerable<CleanedFileView> OfTaskAsync(DataSet dataSet, long run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        await foreach (var row in connection.QueryUnbufferedAsync<CleanedFileRow>(
            """
            select f.path as Path, c.records as `Read`, c.accepted as Accepted, c.duplicates as Duplicates, c.rejected as Rejected, c.nulls as Nulls, f.bytes as Bytes, c.milliseconds as Milliseconds, c.cleaned_at as CleanedAt
            from cleaned_file c left join landing_file f on f.id = c.landing_file
            where c.run = @run and c.data_set = @Key order by c.landing_file
            """,
            new { run, dataSet.Key }).WithCancellation(cancellationToken))
        {
            yield return row.ToView();
        }
    }

    /// <summary>What the run has cleaned, over all attempts.</summary>
    public async Task<StageResult> TotalsAsync(CleanTarget target, long run, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var (files, records, accepted, duplicates, rejected) = await connection.QuerySingleAsync<(long, long, long, long, long)>(new CommandDefinition(
            """
            select count(*), cast(coalesce(sum(records), 0) as signed), cast(coalesce(sum(accepted), 0) as signed),
                cast(coalesce(sum(duplicates), 0) as signed), cast(coalesce(sum(rejected), 0) as signed)
            from cleaned_file where run = @run and data_set = @Key and rules = @Rules
            """,
            new { run, target.DataSet.Key, target.Rules },
            cancellationToken: cancellationToken));
        return StageResult.Of(("files", files), ("read", records), ("accepted", accepted), ("duplicates", duplicates), ("rejected", rejected));
    }
}
