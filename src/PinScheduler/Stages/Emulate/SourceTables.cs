using System.Buffers;
using System.Globalization;
using Dapper;
using MySqlConnector;

namespace PinScheduler.Stages.Emulate;

/// <summary>
/// Reads of the source tables, none of which walks over rows that it does not want: rows by their indexes, the indexes' bounds where the
/// tables have a key on them, all indexes in one streamed query where they do not.
/// </summary>
internal sealed class SourceTables(SourceDatabase source)
{
    /// <summary>The range that holds the indexes of all three tables; null where a table lacks a key on it, and asking would scan.</summary>
    public async Task<(long Low, long High)?> BoundsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        var (low, high) = (long.MinValue, long.MaxValue);
        foreach (var set in DataSet.All)
        {
            if (!await HasIntegerKeyAsync(connection, set, cancellationToken))
            {
                return null;
            }

            var (min, max) = await connection.QuerySingleAsync<(long?, long?)>(new CommandDefinition(
                $"select cast(min(`{set.IndexColumn}`) as signed), cast(max(`{set.IndexColumn}`) as signed) from `{set.SourceTable}`", cancellationToken: cancellationToken));
            (low, high) = min is null ? (0, -1) : (Math.Max(low, min.Value), Math.Min(high, max!.Value));
        }

        return (low, high);
    }

    /// <summary>The indexes that all three tables have, ascending.</summary>
    public async Task<IReadOnlyList<long>> IndexesAsync(CancellationToken cancellationToken)
    {
        HashSet<long>? common = null;
        foreach (var set in DataSet.All)
        {
            var indexes = await IndexesAsync(set, cancellationToken);
            if (common is null)
            {
                common = indexes;
            }
            else
            {
                common.IntersectWith(indexes);
            }
        }

        return [.. common!.Order()];
    }

    /// <summary>
    /// The posts among some indexes. An index that lacks a row in one of the tables is no post; where it has several rows in one, the post has
    /// the first of them in the order of their JSON text, so that the same source always gives the same.
    /// </summary>
    public async Task<Dictionary<long, Post>> PostsAsync(IReadOnlyCollection<long> indexes, CancellationToken cancellationToken)
    {
        var found = new List<Dictionary<long, byte[]>>();
        foreach (var set in DataSet.All)
        {
            var rows = new Dictionary<long, byte[]>();
            await ReadAsync(set, indexes, rows, cancellationToken);
            found.Add(rows);
        }

        return indexes.Where(index => found.TrueForAll(rows => rows.ContainsKey(index)))
            .ToDictionary(index => index, index => new Post(index, [.. found.Select(rows => rows[index])]));
    }

    private async Task ReadAsync(DataSet set, IReadOnlyCollection<long> indexes, Dictionary<long, byte[]> rows, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        // numbers of ours, and as parameters each would be looked for in the text
        await using var command = new MySqlCommand($"select * from `{set.SourceTable}` where `{set.IndexColumn}` in ({string.Join(',', indexes)})", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var column = reader.GetOrdinal(set.IndexColumn);
        var buffer = new ArrayBufferWriter<byte>(1024);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (IndexOf(reader.GetValue(column)) is { } index)
            {
                var json = SourceRow.ToJson(reader, buffer);
                if (!rows.TryGetValue(index, out var other) || json.AsSpan().SequenceCompareTo(other) < 0)
                {
                    rows[index] = json;
                }
            }
        }
    }

    private async Task<HashSet<long>> IndexesAsync(DataSet set, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var command = new MySqlCommand($"select `{set.IndexColumn}` from `{set.SourceTable}`", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var indexes = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (IndexOf(reader.GetValue(0)) is { } index)
            {
                indexes.Add(index);
            }
        }

        return indexes;
    }

    private static async Task<bool> HasIntegerKeyAsync(MySqlConnection connection, DataSet set, CancellationToken cancellationToken) => await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
        """
        select exists (
            select 1
            from information_schema.statistics key_column
            join information_schema.columns typed on typed.table_schema = key_column.table_schema and typed.table_name = key_column.table_name and typed.column_name = key_column.column_name
            where key_column.table_schema = database() and key_column.table_name = @SourceTable and key_column.column_name = @IndexColumn
                and key_column.seq_in_index = 1 and typed.data_type in ('tinyint', 'smallint', 'mediumint', 'int', 'bigint'))
        """,
        set, cancellationToken: cancellationToken));

    // a user's column may be text
    private static long? IndexOf(object value) => value switch
    {
        DBNull => null,
        string text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        IConvertible number => number.ToInt64(CultureInfo.InvariantCulture),
        _ => null,
    };
}
