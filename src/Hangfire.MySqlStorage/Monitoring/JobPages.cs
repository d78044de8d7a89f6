using System.Globalization;
using Hangfire.MySql.Sql;
using Hangfire.Storage.Monitoring;

namespace Hangfire.MySql.Monitoring;

/// <summary>A job with its present state, as the dashboard's lists show it.</summary>
internal sealed record ShownJob(long Id, StoredJob Stored, string? State, string? Reason, StateDictionary Data, DateTime? StateSince)
{
    public bool IsIn(string state) => string.Equals(State, state, StringComparison.OrdinalIgnoreCase);

    public long? Number(string name) =>
        long.TryParse(Data.Find(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Pages of jobs.</summary>
internal sealed class JobPages(MySqlStorage storage)
{
    public JobList<T> InState<T>(string state, int from, int count, bool newestFirst, Func<ShownJob, T> show) where T : class
    {
        var job = storage.Database.Tables.Job;
        var (offset, limit) = (Math.Max(from, 0), Math.Max(count, 0));
        var ids = storage.Database.Read(connection => newestFirst
            ? connection.Query($"select Id from {job} where StateName = {state} order by Id desc limit {offset}, {limit}", row => row.GetInt64(0))
            : connection.Query($"select Id from {job} where StateName = {state} order by Id limit {offset}, {limit}", row => row.GetInt64(0)));
        return Of(ids, show);
    }

    /// <summary>The jobs with these ids, in their order; nothing beside an id where there is no such job.</summary>
    public JobList<T> Of<T>(List<long> ids, Func<ShownJob, T> show) where T : class
    {
        if (ids.Count == 0)
        {
            return new JobList<T>([]);
        }

        var tables = storage.Database.Tables;
        var jobs = storage.Database.Read(connection => connection.Query(
            $"""
            select j.Id, j.InvocationData, j.Arguments, j.StateName, s.Reason, s.Data, s.CreatedAt
            from {tables.Job} j left join {tables.State} s on s.Id = j.StateId where j.Id in ({ids})
            """,
            row => new ShownJob(
                row.GetInt64(0), StoredJob.Load(row.GetString(1), row.GetString(2)), row.Text(3), row.Text(4), StoredJob.Data(row.Text(5)), row.Instant(6))))
            .ToDictionary(job => job.Id);
        return new JobList<T>(ids.Select(id => new KeyValuePair<string, T>(
            id.ToString(CultureInfo.InvariantCulture),
            jobs.TryGetValue(id, out var job) ? show(job) : null!)));
    }
}
