using Hangfire.MySql.Sql;

namespace Hangfire.MySql.JobQueue;

/// <summary>
/// Claims queue rows under one token, within a transaction and in one packet: what was claimed is found again by its token. SKIP LOCKED never waits
/// for a row, and rows are taken in the order of the index that finds them, so no more is locked than is claimed.
/// </summary>
internal sealed class QueueClaim(MySqlStorage storage, JobSource source, int wanted)
{
    private readonly Tables _tables = storage.Database.Tables;

    private readonly long _begun = TimeProvider.System.GetTimestamp();

    /// <summary>A variable finds the claimed rows without a look at those that others have fetched or done; a connection of the user's may not allow one.</summary>
    private readonly bool _hasVariable = storage.Shared is not null;

    private readonly long? _behind = source.Head?.Row;

    public JobSource Source => source;

    public string Token { get; } = storage.ProcessLease.NextToken();

    /// <summary>Claims; the answer has the ids of the rows and of their jobs.</summary>
    public SqlBatch Write(SqlBatch sql) => Claimed(Update(sql).Piece($"select q.Id, q.JobId from {_tables.JobQueue} q")).End();

    /// <summary>Claims, and asks for the locks on the jobs where they are free; the answer says too which were.</summary>
    public SqlBatch WriteLocking(SqlBatch sql)
    {
        storage.LockName.OfJob(Update(sql).Piece($"select q.Id, q.JobId, get_lock("), "q.JobId");
        return Claimed(sql.Piece($", 0) from {_tables.JobQueue} q")).End();
    }

    /// <summary>Asks for the claimed jobs, for <see cref="StoredJob.ReadAll"/>.</summary>
    public SqlBatch SelectJobs(SqlBatch sql)
    {
        Claimed(sql.Piece($"select j.Id, j.InvocationData, j.Arguments, j.StateName, j.CreatedAt, j.StateId from {_tables.JobQueue} q straight_join {_tables.Job} j on j.Id = q.JobId"));
        sql.Piece($" union all select p.JobId, p.`Value`, null, p.Name, null, null from {_tables.JobQueue} q straight_join {_tables.JobParameter} p on p.JobId = q.JobId");
        return Claimed(sql).End();
    }

    public MySqlFetchedJob Fetched(long rowId, long jobId) => new(storage, rowId, jobId, source.Queue, Token, _begun);

    /// <summary>What was claimed.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Note(IReadOnlyList<long> rowIds)
    {
        source.Head?.Note(_behind, rowIds, wanted);
        return rowIds.Count == wanted || _behind is not null;
    }

    private SqlBatch Update(SqlBatch sql)
    {
        _ = _hasVariable ? sql.Add($"set @hf_now = utc_timestamp(6)") : sql;
        sql.Piece($"update (select Id from {_tables.JobQueue}").Raw(_behind is null ? "" : " ignore index (primary)").Piece($" where Queue = {source.Queue} and ");
        _ = source.Fresh
            ? (_behind is { } row ? sql.Piece($"FetchedAt is null and Id > {row}") : sql.Piece($"FetchedAt is null")).Piece($" order by Id")
            : sql.Piece($"FetchedAt < utc_timestamp(6) - interval {storage.Options.SlidingInvisibilityTimeout} microsecond and utc_timestamp(6) < {storage.StaleLeases.LookUntil} order by FetchedAt");
        return sql
            .Piece($" limit {wanted} for update skip locked) v straight_join {_tables.JobQueue} q force index (primary) on q.Id = v.Id set q.FetchedAt = ")
            .Raw(_hasVariable ? "@hf_now" : "utc_timestamp(6)").Piece($", q.FetchToken = {Token}").End();
    }

    private SqlBatch Claimed(SqlBatch sql) => sql.Piece($" where q.Queue = {source.Queue} and q.FetchedAt ")
        .Raw(_hasVariable ? "= @hf_now" : "> '1970-01-01'").Piece($" and q.FetchToken = {Token}");
}
