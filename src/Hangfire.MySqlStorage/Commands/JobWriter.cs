using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Commands;

/// <summary>
/// Writes what happens to many jobs in few statements. One statement inserts all states; the ids that it gives them follow each other, with
/// the server's step between (both servers document that for an insert whose rows are known), so the jobs can be pointed to them at once.
/// </summary>
internal sealed class JobWriter(Tables tables)
{
    public void Write(SqlBatch sql, IReadOnlyList<JobChange> changes)
    {
        var states = changes.SelectMany(change => change.States).ToList();
        if (states.Count > 0)
        {
            var rows = new RowList(sql.Piece($"insert into {tables.State} (JobId, Name, Reason, CreatedAt, Data) values "));
            foreach (var state in states)
            {
                Time(rows.Next().Piece($"({state.JobId}, {state.Name}, {tables.Reason(state.Reason)}, "), state).Piece($", {state.Data})");
            }

            sql.End();
        }

        var present = new Dictionary<long, (int Row, string Name)>();
        for (var row = 0; row < states.Count; row++)
        {
            if (states[row].IsCurrent)
            {
                present[states[row].JobId] = (row, states[row].Name);
            }
        }

        Insert(sql, changes.Where(change => change.Created is not null).ToList(), present);
        Update(sql, changes.Where(change => change.Created is null && (change.ExpiryChanges || present.ContainsKey(change.JobId))).ToList(), present);
        WriteParameters(sql, changes);
    }

    private void Insert(SqlBatch sql, List<JobChange> created, Dictionary<long, (int Row, string Name)> present)
    {
        if (created.Count == 0)
        {
            return;
        }

        var rows = new RowList(sql.Piece($"insert into {tables.Job} (Id, InvocationData, Arguments, CreatedAt, StateName, StateId, ExpireAt) values "));
        foreach (var change in created)
        {
            var job = change.Created!;
            rows.Next().Piece($"({change.JobId}, {job.InvocationData}, {job.Arguments}, {job.CreatedAt}, ");
            if (present.TryGetValue(change.JobId, out var state))
            {
                StateId(sql.Piece($"{state.Name}, "), state.Row);
            }
            else
            {
                sql.Piece($"null, null");
            }

            Expiry(sql.Piece($", "), change.ExpireIn).Piece($")");
        }

        _ = created.Exists(change => change.MayBeWritten) ? sql.Piece($" on duplicate key update {tables.Job}.Id = {tables.Job}.Id").End() : sql.End();
    }

    private void Update(SqlBatch sql, List<JobChange> changes, Dictionary<long, (int Row, string Name)> present)
    {
        if (changes.Count == 0)
        {
            return;
        }

        var columns = new RowList(sql.Piece($"update {tables.Job} set "));
        var moved = changes.Where(change => present.ContainsKey(change.JobId)).ToList();
        if (moved.Count > 0)
        {
            Column(columns.Next().Piece($"StateId = "), changes, moved, "StateId", change => present[change.JobId].Row, row => StateId(sql, row));
            Column(columns.Next().Piece($"StateName = "), changes, moved, "StateName", change => present[change.JobId].Name, name => sql.Piece($"{name}"));
        }

        var expiring = changes.Where(change => change.ExpiryChanges).ToList();
        if (expiring.Count > 0)
        {
            Column(columns.Next().Piece($"ExpireAt = "), changes, expiring, "ExpireAt", change => change.ExpireIn, span => Expiry(sql, span));
        }

        sql.Piece($" where Id in ({changes.Select(change => change.JobId)})").End();
    }

    /// <summary>A column's new value by job, or the same for all; jobs for which there is none keep theirs.</summary>
    private static void Column<T>(SqlBatch sql, List<JobChange> all, List<JobChange> with, string column, Func<JobChange, T> value, Func<T, SqlBatch> write)
    {
        if (all.Count == with.Count && with.Select(value).Distinct().Count() == 1)
        {
            write(value(with[0]));
            return;
        }

        sql.Piece($"case Id");
        foreach (var change in with)
        {
            sql.Piece($" when {change.JobId} then ");
            write(value(change));
        }

        _ = all.Count == with.Count ? sql : sql.Piece($" else ").Raw(column);
        sql.Piece($" end");
    }

    private void WriteParameters(SqlBatch sql, IReadOnlyList<JobChange> changes)
    {
        RowList? rows = null;
        foreach (var change in changes.Where(change => change.Created is not null))
        {
            foreach (var (name, value) in change.Parameters)
            {
                rows ??= new RowList(sql.Piece($"insert into {tables.JobParameter} (JobId, Name, `Value`) values "));
                rows.Next().Piece($"({change.JobId}, {name}, {tables.ParameterValue(value)})");
            }
        }

        _ = rows is not null && changes.Any(change => change.MayBeWritten) ? sql.Piece($" on duplicate key update `Value` = values(`Value`)") : sql;
        _ = rows is null ? sql : sql.End();
        foreach (var change in changes.Where(change => change.Created is null))
        {
            foreach (var (name, given) in change.Parameters)
            {
                var value = tables.ParameterValue(given);
                // only for a job that exists: nothing would ever remove the row of another
                sql.Add($"""
                    insert into {tables.JobParameter} (JobId, Name, `Value`) select Id, {name}, {value} from {tables.Job} where Id = {change.JobId}
                    on duplicate key update `Value` = {value}
                    """);
            }
        }
    }

    private static SqlBatch Time(SqlBatch sql, NewState state) => state.DecidedAt is { } decided
        ? sql.Piece($"utc_timestamp(6) - interval {TimeProvider.System.GetElapsedTime(decided)} microsecond")
        : sql.Piece($"utc_timestamp(6)");

    private static SqlBatch StateId(SqlBatch sql, int row) =>
        row == 0 ? sql.Piece($"last_insert_id()") : sql.Piece($"last_insert_id() + {row} * @@auto_increment_increment");

    private static SqlBatch Expiry(SqlBatch sql, TimeSpan? expireIn) =>
        expireIn is { } span ? sql.Piece($"utc_timestamp(6) + interval {span} microsecond") : sql.Piece($"null");
}
