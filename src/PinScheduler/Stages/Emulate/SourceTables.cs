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
    public async Task<Dictionary<long, Post>> PostsAsync(IEnumerable<long> indexes, CancellationToken cancellationToken)
    {
        // numbers of ours, and as parameters each would be looked for in the text; in order they are found sooner
        var list = string.Join(',', indexes.Order());
        var found = new List<Dictionary<long, ReadOnlyMemory<byte>>>();
        foreach (var set in DataSet.All)
        {
            found.Add((await ReadAsync(set, $"where `{set.IndexColumn}` in ({list})", null, cancellationToken))!);
        }

        return Join(found);
    }

    /// <summary>All posts, as <see cref="PostsAsync"/>; null where a table's JSON has more bytes than the limit.</summary>
    public async Task<Dictionary<long, Post>?> AllPostsAsync(long limit, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(DataSet.All.Select(set => ReadAsync(set, "", limit, cancellationToken)));
        return found.Contains(null) ? null : Join(found!);
    }

    private static Dictionary<long, Post> Join(IReadOnlyList<Dictionary<long, ReadOnlyMemory<byte>>> found)
    {
        var posts = new Dictionary<long, Post>(found[0].Count);
        foreach (var index in found[0].Keys.Where(index => found.All(rows => rows.ContainsKey(index))))
        {
            posts.Add(index, new Post(index, [.. found.Select(rows => rows[index])]));
        }

        return posts;
    }

    private async Task<Dictionary<long, ReadOnlyMemory<byte>>?> ReadAsync(DataSet set, string where, long? limit, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var command = new MySqlCommand($"select * from `{set.SourceTable}` {where}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (column, bytes, rows, slab) = (reader.GetOrdinal(set.IndexColumn), 0L, new Dictionary<long, ReadOnlyMemory<byte>>(), new JsonSlab(limit is null ? JsonSlab.Passing : JsonSlab.Staying));
        using var row = new SourceRow(reader, slab);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (IndexOf(reader.GetValue(column)) is not { } index)
            {
                continue;
            }

            row.Write();
            if (rows.TryGetValue(index, out var other) && slab.Written.Span.SequenceCompareTo(other.Span) >= 0)
            {
                slab.Drop();
                continue;
            }

            rows[index] = slab.Take();
            if ((bytes += rows[index].Length) > limit)
            {
                // what is left of the answer need not come over the wire
                command.Cancel();
                return null;
            }
        }

        return rows;
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
