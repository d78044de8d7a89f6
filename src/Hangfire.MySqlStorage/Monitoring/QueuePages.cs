using Hangfire.MySql.Sql;
using Hangfire.States;
using Hangfire.Storage.Monitoring;

namespace Hangfire.MySql.Monitoring;

/// <summary>Queues, and pages of what stands in them. A job may stand in several, or in one twice.</summary>
internal sealed class QueuePages(MySqlStorage storage, JobPages pages)
{
    private const int TopJobs = 5;

    private Table Table => storage.Database.Tables.JobQueue;

    /// <summary>From one name to the next by index: <c>distinct</c> would read every row.</summary>
    public List<string> Names() => storage.Database.Read(connection =>
    {
        var names = new List<string>();
        var next = connection.Query($"select Queue from {Table} order by Queue limit 1", row => row.GetString(0));
        while (next.Count > 0)
        {
            names.AddRange(next);
            next = connection.Query($"select Queue from {Table} where Queue > {names[^1]} order by Queue limit 1", row => row.GetString(0));
        }

        return names;
    });

    public List<QueueWithTopEnqueuedJobsDto> All() => Names().ConvertAll(name => new QueueWithTopEnqueuedJobsDto
    {
        Name = name,
        Length = EnqueuedCount(name),
        Fetched = FetchedCount(name),
        FirstJobs = Enqueued(name, 0, TopJobs),
    });

    public long EnqueuedCount(string queue) => storage.Database.Read(connection =>
        connection.Query($"select count(*) from {Table} where Queue = {queue} and FetchedAt is null", row => row.GetInt64(0)))[0];

    public long FetchedCount(string queue) => storage.Database.Read(connection =>
        connection.Query($"select count(*) from {Table} where Queue = {queue} and FetchedAt is not null", row => row.GetInt64(0)))[0];

    public JobList<EnqueuedJobDto> Enqueued(string queue, int from, int count)
    {
        // the page is found within the index alone, and rows are read only for it
        var ids = storage.Database.Read(connection => connection.Query(
            $"""
            select q.JobId from (
                select Id from {Table} where Queue = {queue} and FetchedAt is null order by Id limit {Math.Max(from, 0)}, {Math.Max(count, 0)}) as page
            inner join {Table} q on q.Id = page.Id order by q.Id
            """,
            row => row.GetInt64(0)));
        return pages.Of<EnqueuedJobDto>(ids, EnqueuedState.StateName, (shown, job) =>
        {
            shown.State = job.State;
            shown.EnqueuedAt = shown.InEnqueuedState ? job.StateSince : null;
        });
    }

    public JobList<FetchedJobDto> Fetched(string queue, int from, int count)
    {
        var rows = storage.Database.Read(connection => connection.Query(
            $"select JobId, FetchedAt from {Table} where Queue = {queue} and FetchedAt is not null order by Id limit {Math.Max(from, 0)}, {Math.Max(count, 0)}",
            row => (Id: row.GetInt64(0), FetchedAt: row.Instant(1))));
        var fetchedAt = rows.DistinctBy(row => row.Id).ToDictionary(row => row.Id, row => row.FetchedAt);
        return pages.Of<FetchedJobDto>(rows.ConvertAll(row => row.Id), ProcessingState.StateName, (shown, job) =>
        {
            shown.State = job.State;
            shown.FetchedAt = fetchedAt[job.Id];
        });
    }
}
