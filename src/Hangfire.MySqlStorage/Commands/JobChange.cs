using Hangfire.Common;
using Hangfire.MySql.Sql;
using Hangfire.States;

namespace Hangfire.MySql.Commands;

/// <summary>All that a transaction does to one job; written with as few statements as its order allows.</summary>
internal sealed class JobChange(long jobId)
{
    private readonly List<NewState> _states = [];
    private readonly SortedDictionary<string, string?> _parameters = new(StringComparer.Ordinal);
    private NewJob? _created;
    private bool _expiryChanges;
    private TimeSpan? _expireIn;

    public void Create(Job job, IEnumerable<KeyValuePair<string, string>> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        _created = NewJob.Of(job, createdAt);
        Expire(expireIn);
        foreach (var (name, value) in parameters)
        {
            _parameters[name] = value;
        }
    }

    public void Expire(TimeSpan? expireIn)
    {
        _expiryChanges = true;
        _expireIn = expireIn;
    }

    /// <summary>The state's data is asked for now: it is the user's code, which may throw.</summary>
    public void AddState(IState state, bool current) =>
        _states.Add(new NewState(state.Name, state.Reason, SerializationHelper.Serialize(state.SerializeData()) is { } data ? Text.PlainJson(data) : null, current));

    public void SetParameter(string name, string? value) => _parameters[name] = value;

    public void Write(SqlBatch sql, Tables tables)
    {
        var last = _states.FindLastIndex(state => state.IsCurrent);
        for (var i = 0; i < _states.Count; i++)
        {
            var state = _states[i];
            sql.Add($"""
                insert into {tables.State} (JobId, Name, Reason, CreatedAt, Data) values ({jobId}, {state.Name}, {tables.Reason(state.Reason)}, utc_timestamp(6), {state.Data})
                """);
            if (i == last)
            {
                WriteJob(sql, tables, state.Name);
            }
        }

        if (last < 0)
        {
            WriteJob(sql, tables, stateName: null);
        }

        WriteParameters(sql, tables);
    }

    private void WriteJob(SqlBatch sql, Tables tables, string? stateName)
    {
        if (_created is { } job)
        {
            sql.Piece($"insert into {tables.Job} (Id, InvocationData, Arguments, CreatedAt, StateName, StateId, ExpireAt) values (")
                .Piece($"{jobId}, {job.InvocationData}, {job.Arguments}, {job.CreatedAt}, {stateName}, ");
            _ = stateName is null ? sql.Piece($"null, ") : sql.Piece($"last_insert_id(), ");
            Expiry(sql).Piece($")").End();
            return;
        }

        if (stateName is null && !_expiryChanges)
        {
            return;
        }

        sql.Piece($"update {tables.Job} set ");
        if (stateName is not null)
        {
            sql.Piece($"StateId = last_insert_id(), StateName = {stateName}");
        }

        if (_expiryChanges)
        {
            _ = stateName is null ? sql.Piece($"ExpireAt = ") : sql.Piece($", ExpireAt = ");
            Expiry(sql);
        }

        sql.Piece($" where Id = {jobId}").End();
    }

    private SqlBatch Expiry(SqlBatch sql) =>
        _expireIn is { } span ? sql.Piece($"utc_timestamp(6) + interval {span} microsecond") : sql.Piece($"null");

    private void WriteParameters(SqlBatch sql, Tables tables)
    {
        foreach (var (name, given) in _parameters)
        {
            var value = tables.ParameterValue(given);
            if (_created is not null)
            {
                sql.Add($"insert into {tables.JobParameter} (JobId, Name, `Value`) values ({jobId}, {name}, {value})");
            }
            else
            {
                // only for a job that exists: nothing would ever remove the row of another
                sql.Add($"""
                    insert into {tables.JobParameter} (JobId, Name, `Value`) select Id, {name}, {value} from {tables.Job} where Id = {jobId}
                    on duplicate key update `Value` = {value}
                    """);
            }
        }
    }

    private sealed record NewState(string Name, string? Reason, string? Data, bool IsCurrent);
}
