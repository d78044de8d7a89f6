using Hangfire.Common;
using Hangfire.MySql.Commands;
using Hangfire.MySql.Sql;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>A job read from the database, or why it cannot be made: its method may be gone since it was stored.</summary>
internal sealed record StoredJob(InvocationData? InvocationData, Job? Job, JobLoadException? LoadException)
{
    public static StoredJob Load(string payload, string arguments)
    {
        InvocationData? data = null;
        try
        {
            data = InvocationData.DeserializePayload(payload);
            if (!string.IsNullOrEmpty(arguments))
            {
                data.Arguments = arguments;
            }

            return new StoredJob(data, data.DeserializeJob(), null);
        }
        catch (JobLoadException error)
        {
            return new StoredJob(data, null, error);
        }
        catch (Exception error) when (data is null)
        {
            return new StoredJob(null, null, new JobLoadException("The stored description of the job is not readable.", error));
        }
    }

    /// <summary>Reads jobs with their parameters in one statement.</summary>
    public static SqlBatch SelectAll(SqlBatch sql, Tables tables, IReadOnlyCollection<long> ids) => ids.Count == 0 ? sql : sql.Add($"""
        select Id, InvocationData, Arguments, StateName, CreatedAt, StateId from {tables.Job} where Id in ({ids})
        union all select JobId, `Value`, null, Name, null, null from {tables.JobParameter} where JobId in ({ids})
        """);

    /// <summary>The answer to <see cref="SelectAll"/>: jobs by id, with all their parameters.</summary>
    public static Dictionary<long, JobData> ReadAll(MySqlDataReader reader)
    {
        var jobs = new Dictionary<long, JobData>();
        var parameters = new List<(long JobId, string Name, string? Value)>();
        while (reader.Read())
        {
            var id = reader.GetInt64(0);
            if (reader.IsDBNull(4))
            {
                parameters.Add((id, reader.GetString(3), reader.Text(1)));
                continue;
            }

            var stored = Load(reader.GetString(1), reader.GetString(2));
            jobs[id] = new ReadJob
            {
                InvocationData = stored.InvocationData,
                Job = stored.Job,
                LoadException = stored.LoadException,
                State = reader.Text(3),
                CreatedAt = reader.Utc(4),
                StateId = reader.IsDBNull(5) ? null : reader.GetInt64(5),
                ParametersSnapshot = new Dictionary<string, string>(StringComparer.Ordinal),
            };
        }

        foreach (var (id, name, value) in parameters)
        {
            if (jobs.TryGetValue(id, out var job))
            {
                ((Dictionary<string, string>)job.ParametersSnapshot!)[name] = value!;
            }
        }

        return jobs;
    }

    /// <summary>Reads the current states of jobs.</summary>
    public static SqlBatch SelectStates(SqlBatch sql, Tables tables, IReadOnlyCollection<long> ids) => sql.Add($"""
        select j.Id, s.Name, s.Reason, s.Data from {tables.Job} j inner join {tables.State} s on s.Id = j.StateId where j.Id in ({ids})
        """);

    /// <summary>The answer to <see cref="SelectStates"/>: states by the id of their job.</summary>
    public static Dictionary<long, StateData> ReadStates(MySqlDataReader reader) => reader
        .Rows(row => (JobId: row.GetInt64(0), State: new StateData { Name = row.GetString(1), Reason = row.Text(2), Data = Data(row.Text(3)) }))
        .ToDictionary(row => row.JobId, row => row.State);

    /// <summary>A job as it is after the change that has created it.</summary>
    public static ReadJob Of(JobChange created, long stateId, Tables tables)
    {
        var stored = Load(created.Created!.InvocationData, created.Created.Arguments);
        return new ReadJob
        {
            InvocationData = stored.InvocationData,
            Job = stored.Job,
            LoadException = stored.LoadException,
            State = created.States.Last(state => state.IsCurrent).Name,
            CreatedAt = created.Created.CreatedAt,
            StateId = stateId,
            ParametersSnapshot = created.Parameters.ToDictionary(parameter => parameter.Key, parameter => tables.ParameterValue(parameter.Value)!, StringComparer.Ordinal),
        };
    }

    /// <summary>A job with the row of its state: of the same name there may be several, one after the other.</summary>
    public sealed class ReadJob : JobData
    {
        public long? StateId { get; init; }
    }

    /// <summary>A state's data. What is not there reads as null, so that a page can show a state written by another version.</summary>
    public static StateDictionary Data(string? serialized) =>
        new(serialized is null ? null : SerializationHelper.Deserialize<Dictionary<string, string>>(serialized));
}
