using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Tables;

/// <summary>Sizes of the warehouse's tables now, and as they were when runs ended.</summary>
internal sealed class TableReader(Warehouse warehouse, TableGroups groups)
{
    public const int SamplesForAverage = 30;

    private const string Now = "select table_name as Name, cast(coalesce(table_rows, 0) as signed) as RowCount, cast(coalesce(data_length, 0) as signed) as DataBytes, cast(coalesce(index_length, 0) as signed) as IndexBytes from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'";

    /// <summary>The largest first.</summary>
    public async Task<IReadOnlyList<TableSize>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var samples = (await SamplesAsync(connection, table: null, SamplesForAverage, cancellationToken)).ToLookup(row => row.Name, StringComparer.Ordinal);
        var last = samples.SelectMany(static table => table).Select(static row => (long?)row.Run).Max();
        return [.. (await NowAsync(connection, cancellationToken)).Select(row => Size(row, [.. samples[row.Name]], last)).OrderByDescending(static table => table.Bytes).ThenBy(static table => table.Table, StringComparer.Ordinal)];
    }

    /// <summary>A table's samples, newest first.</summary>
    public async Task<ILookup<string, TableSample>> HistoryAsync(string? table, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await SamplesAsync(connection, table, limit, cancellationToken)).ToLookup(static row => row.Name, static row => new TableSample(row.Run.ToString(), row.SampledAt, row.RowCount, row.DataBytes, row.IndexBytes), StringComparer.Ordinal);
    }

    /// <summary>The server's version and the memory that it keeps tables in.</summary>
    public async Task<(string Version, long PoolBytes)> ServerAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.QuerySingleAsync<(string, long)>(new CommandDefinition("select version(), cast(@@innodb_buffer_pool_size as signed)", cancellationToken: cancellationToken));
    }

    /// <summary>Keeps the sizes of now as those of the run that ended last, once.</summary>
    /// <returns>The run; null where there is none, or it has its sample.</returns>
    public async Task<long?> SampleAsync(int runsKept, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var run = await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "select id from run where ended_at is not null and state <> 'skipped' order by id desc limit 1", cancellationToken: cancellationToken));
        if (run is null || await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select 1 from table_sample where run = @run)", new { run }, cancellationToken: cancellationToken)))
        {
            return null;
        }

        // another server may be at it, too: the first one's row stays
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            insert ignore into table_sample (run, table_name, row_estimate, data_bytes, index_bytes, sampled_at) select @run, now_there.*, utc_timestamp(6) from ({Now}) now_there;
            delete from table_sample where run <= @run - @runsKept;
            """,
            new { run, runsKept },
            cancellationToken: cancellationToken));
        return run;
    }

    private static Task<IEnumerable<NowRow>> NowAsync(MySqlConnection connection, CancellationToken cancellationToken) =>
        connection.QueryAsync<NowRow>(new CommandDefinition(Now, cancellationToken: cancellationToken));

    private static Task<IEnumerable<SampleRow>> SamplesAsync(MySqlConnection connection, string? table, int limit, CancellationToken cancellationToken) => connection.QueryAsync<SampleRow>(new CommandDefinition(
        """
        select s.table_name as Name, s.run as Run, s.sampled_at as SampledAt, s.row_estimate as RowCount, s.data_bytes as DataBytes, s.index_bytes as IndexBytes
        from (select distinct run from table_sample order by run desc limit @limit) runs
        join table_sample s on s.run = runs.run
        where @table is null or s.table_name = @table
        order by s.run desc
        """,
        new { table, limit },
        cancellationToken: cancellationToken));

    private TableSize Size(NowRow row, IReadOnlyList<SampleRow> samples, long? last)
    {
        var size = new TableSize(row.Name, groups.Of(row.Name), row.RowCount, row.DataBytes, row.IndexBytes);
        return samples is not [var newest, var before, ..] || newest.Run != last ? size : size with
        {
            GrownBytes = newest.Bytes - before.Bytes,
            GrownRows = newest.RowCount - before.RowCount,
            GrownBytesPerRun = (newest.Bytes - samples[^1].Bytes) / (samples.Count - 1),
        };
    }

    private sealed record NowRow(string Name, long RowCount, long DataBytes, long IndexBytes);

    private sealed record SampleRow(string Name, long Run, DateTime SampledAt, long RowCount, long DataBytes, long IndexBytes)
    {
        public long Bytes => DataBytes + IndexBytes;
    }
}
