using System.Globalization;
using Hangfire.MySql.Sql;
using Hangfire.Storage.Monitoring;

namespace Hangfire.MySql.Monitoring;

/// <summary>Pages of jobs: the ids of a page first, by index, and whole jobs only for these.</summary>
internal sealed class JobPages(MySqlStorage storage)
{
    public JobList<T> InState<T>(string state, int from, int count, bool newestFirst, Action<T, ShownJob> show) where T : class, new()
    {
        var job = storage.Database.Tables.Job;
        var (offset, limit) = (Math.Max(from, 0), Math.Max(count, 0));
        var ids = storage.Database.Read(connection => newestFirst
            ? connection.Query($"select Id from {job} where StateName = {state} order by Id desc limit {offset}, {limit}", row => row.GetInt64(0))
            : connection.Query($"select Id from {job} where StateName = {state} order by Id limit {offset}, {limit}", row => row.GetInt64(0)));
        return Of(ids, state, show);
    }

    /// <summary>The jobs with these ids, in their order; nothing beside an id where there is no such job.</summary>
    public JobList<T> Of<T>(List<long> ids, string state, Action<T, ShownJob> show) where T : class, new()
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
                row.GetInt64(0), StoredJob.Load(row.GetString(1), row.GetString(2)), row.Text(3), row.Text(4), ShownJob.ReadData(row.Text(5)), row.Instant(6))))
            .ToDictionary(job => job.Id);
        return new JobList<T>(ids.Select(id => new KeyValuePair<string, T>(
            id.ToString(CultureInfo.InvariantCulture),
            jobs.TryGetValue(id, out var job) ? JobEntry<T>.Of(job, state, show) : null!)));
    }

    public long Count(string state)
    {
        var sql = new SqlBatch();
        Count(sql, state);
        return storage.Database.Read(connection => connection.Read(sql, reader => reader.Rows(row => row.GetInt64(0))))[0];
    }

    /// <summary>Counts up to the limit of the options. Looking for the last that counts is cheaper than counting the rows of a subquery: those would be copied.</summary>
    public void Count(SqlBatch sql, string state)
    {
        var job = storage.Database.Tables.Job;
        if (storage.Options.DashboardJobListLimit is { } limit)
        {
            sql.Add($"""
                select coalesce(
                    (select {limit} from {job} where StateName = {state} order by Id limit {limit - 1}, 1),
                    (select count(*) from {job} where StateName = {state}))
                """);
        }
        else
        {
            sql.Add($"select count(*) from {job} where StateName = {state}");
        }
    }
}
