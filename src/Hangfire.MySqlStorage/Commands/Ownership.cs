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
        var fences = Sorted(kept.Except(done));
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
        // all of one claim bear the same
        var tokens = jobs.GroupBy(job => job.Token, job => job.RowId).ToList();
        if (tokens.Count == 1)
        {
            return sql.Piece($"{tokens[0].Key}");
        }

        sql.Piece($"case");
        tokens.Skip(1).ToList().ForEach(token => sql.Piece($" when q.Id in ({token}) then {token.Key}"));
        return sql.Piece($" else {tokens[0].Key} end");
    }
}
