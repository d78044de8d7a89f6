using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Sql;
using Hangfire.States;
using Hangfire.Storage.Monitoring;

namespace Hangfire.MySql.Monitoring;

/// <summary>Queues, and pages of what stands in them. A job may stand in several, or in one twice.</summary>
internal sealed class QueuePages(MySqlStorage storage, JobPages pages)
{
    private const int TopJobs = 5;

    private Table Table => storage.Database.Tables.JobQueue;

    private IEnumerable<string> NamesElsewhere => storage.Providers.IsDefaultOnly
        ? []
        : storage.Providers.Where(provider => provider is not MySqlJobQueueProvider).SelectMany(provider => provider.GetJobQueueMonitoringApi().GetQueues());

    public List<string> Names()
    {
        var names = NamesHere();
        return [.. names, .. NamesElsewhere.Except(names, StringComparer.OrdinalIgnoreCase)];
    }

    public List<QueueWithTopEnqueuedJobsDto> All() => Names().ConvertAll(name => new QueueWithTopEnqueuedJobsDto
    {
        Name = name,
        Length = EnqueuedCount(name),
        Fetched = FetchedCount(name),
        FirstJobs = Enqueued(name, 0, TopJobs),
    });

    public long EnqueuedCount(string queue) => Elsewhere(queue) is { } other
        ? other.GetEnqueuedAndFetchedCount(queue).EnqueuedCount ?? 0
        : storage.Database.Read(connection => connection.Query($"select count(*) from {Table} where Queue = {queue} and FetchedAt is null", row => row.GetInt64(0)))[0];

    public long FetchedCount(string queue) => Elsewhere(queue) is { } other
        ? other.GetEnqueuedAndFetchedCount(queue).FetchedCount ?? 0
        : storage.Database.Read(connection => connection.Query($"select count(*) from {Table} where Queue = {queue} and FetchedAt is not null", row => row.GetInt64(0)))[0];

    public JobList<EnqueuedJobDto> Enqueued(string queue, int from, int count)
    {
        var ids = Elsewhere(queue)?.GetEnqueuedJobIds(queue, from, count).Select(id => (long)id).ToList() ?? EnqueuedIds(queue, from, count);
        return pages.Of<EnqueuedJobDto>(ids, EnqueuedState.StateName, (shown, job) =>
        {
            shown.State = job.State;
            shown.EnqueuedAt = shown.InEnqueuedState ? job.StateSince : null;
        });
    }

    public JobList<FetchedJobDto> Fetched(string queue, int from, int count)
    {
        var rows = Elsewhere(queue)?.GetFetchedJobIds(queue, from, count).Select(id => (Id: (long)id, FetchedAt: (DateTime?)null)).ToList() ?? FetchedRows(queue, from, count);
        var fetchedAt = rows.DistinctBy(row => row.Id).ToDictionary(row => row.Id, row => row.FetchedAt);
        return pages.Of<FetchedJobDto>(rows.ConvertAll(row => row.Id), ProcessingState.StateName, (shown, job) =>
        {
            shown.State = job.State;
            shown.FetchedAt = fetchedAt[job.Id];
        });
    }

    /// <summary>The page is found within the index alone, and rows are read only for it.</summary>
    private List<long> EnqueuedIds(string queue, int from, int count) => storage.Database.Read(connection => connection.Query(
        $"""
        select q.JobId from (
            select Id from {Table} where Queue = {queue} and FetchedAt is null order by Id limit {Math.Max(from, 0)}, {Math.Max(count, 0)}) as page
        inner join {Table} q on q.Id = page.Id order by q.Id
        """,
        row => row.GetInt64(0)));

    private List<(long Id, DateTime? FetchedAt)> FetchedRows(string queue, int from, int count) => storage.Database.Read(connection => connection.Query(
        $"select JobId, FetchedAt from {Table} where Queue = {queue} and FetchedAt is not null order by Id limit {Math.Max(from, 0)}, {Math.Max(count, 0)}",
        row => (row.GetInt64(0), row.Instant(1))));

    private IPersistentJobQueueMonitoringApi? Elsewhere(string queue) => storage.Providers.Elsewhere(queue)?.GetJobQueueMonitoringApi();

    /// <summary>From one name to the next by index: <c>distinct</c> would read every row.</summary>
    private List<string> NamesHere() => storage.Database.Read(connection =>
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
}
