using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Commands;

/// <summary>
/// Lets a transaction be written only while its workers own their fetched jobs. The greatest number plus one is an error, and an error stops the
/// packet before its commit: so a worker whose queue row bears another token by now writes nothing at all, and it takes no round trip to know.
/// Hangfire itself compares only the names of states.
/// </summary>
internal sealed class Ownership(Tables tables)
{
    public void Write(SqlBatch sql, IEnumerable<MySqlFetchedJob> kept, IEnumerable<MySqlFetchedJob> acknowledged)
    {
        var done = Sorted(acknowledged);
        var fences = Sorted(kept);
        if (fences.Count > 0)
        {
            // with those to be deleted, in one order: the heartbeat locks the same rows, and in that order
            fences = Sorted(fences.Union(done));
            sql.Piece($"select 18446744073709551615 + (count(*) <> {fences.Count}) from {Rows(fences)} v straight_join {tables.JobQueue} q force index (primary) on q.Id = v.Id where q.FetchToken = ");
            Token(sql, fences).Piece($" for update").End();
        }

        if (done.Count > 0)
        {
            sql.Piece($"delete q from {Rows(done)} v straight_join {tables.JobQueue} q force index (primary) on q.Id = v.Id");
            // where others are kept, these too have been found owned just now, and locked
            _ = fences.Count > 0 ? sql.End() : Token(sql.Piece($" where q.FetchToken = "), done).End().Add($"select 18446744073709551615 + (row_count() <> {done.Count})");
        }
    }

    private static List<MySqlFetchedJob> Sorted(IEnumerable<MySqlFetchedJob> jobs) => jobs.OrderBy(job => job.RowId).ToList();

    private static RowIds Rows(List<MySqlFetchedJob> jobs) => new(jobs.Select(job => job.RowId));

    private static SqlBatch Token(SqlBatch sql, List<MySqlFetchedJob> jobs)
    {
        if (jobs.Count == 1)
        {
            return sql.Piece($"{jobs[0].Token}");
        }

        sql.Piece($"case q.Id");
        jobs.ForEach(job => sql.Piece($" when {job.RowId} then {job.Token}"));
        return sql.Piece($" end");
    }
}
