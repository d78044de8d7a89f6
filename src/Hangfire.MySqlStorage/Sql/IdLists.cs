namespace Hangfire.MySql.Sql;

/// <summary>
/// Deletes many rows by their ids, reading no other row. For a long list of ids the optimizer may read the table from its beginning, and so wait
/// for rows that others have locked; of a few, with their order and number named, it looks up each.
/// </summary>
internal static class IdLists
{
    private const int MostIds = 50;

    public static SqlBatch DeleteByIds(this SqlBatch sql, Table table, IReadOnlyList<long> ids)
    {
        foreach (var chunk in ids.Chunk(MostIds))
        {
            sql.Add($"delete from {table} where Id in ({chunk}) order by Id limit {chunk.Length}");
        }

        return sql;
    }
}
