using System.Globalization;
using Hangfire.Common;
using Hangfire.MySql.Monitoring;
using Hangfire.MySql.Sql;
using Hangfire.States;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;

namespace Hangfire.MySql;

/// <summary>What the dashboard shows.</summary>
internal sealed class MySqlStorageMonitor : JobStorageMonitor
{
    private readonly MySqlStorage _storage;
    private readonly JobPages _jobs;
    private readonly QueuePages _queues;
    private readonly Timeline _timeline;

    public MySqlStorageMonitor(MySqlStorage storage)
    {
        _storage = storage;
        _jobs = new JobPages(storage);
        _queues = new QueuePages(storage, _jobs);
        _timeline = new Timeline(storage);
    }

    public override IList<QueueWithTopEnqueuedJobsDto> Queues() => _queues.All();

    public override IList<ServerDto> Servers() => _storage.Database.Read(connection => connection.Query(
        $"select Id, Data, LastHeartbeat from {_storage.Database.Tables.Server} order by Id",
        row =>
        {
            var data = SerializationHelper.Deserialize<ServerData>(row.GetString(1));
            return new ServerDto
            {
                Name = row.GetString(0),
                Heartbeat = row.Instant(2),
                Queues = data?.Queues ?? [],
                StartedAt = data?.StartedAt ?? DateTime.MinValue,
                WorkersCount = data?.WorkerCount ?? 0,
            };
        }));

    public override JobDetailsDto? JobDetails(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return long.TryParse(jobId, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id) ? new JobPage(_storage).Read(id) : null;
    }

    public override StatisticsDto GetStatistics() => new Statistics(_storage, _jobs, _queues).Read();

    public override JobList<EnqueuedJobDto> EnqueuedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return _queues.Enqueued(queue, from, perPage);
    }

    public override JobList<FetchedJobDto> FetchedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return _queues.Fetched(queue, from, perPage);
    }

    public override JobList<ProcessingJobDto> ProcessingJobs(int from, int count) =>
        _jobs.InState<ProcessingJobDto>(ProcessingState.StateName, from, count, newestFirst: false, (shown, job) =>
        {
            shown.ServerId = job.Data.Find("ServerId") ?? job.Data.Find("ServerName");
            shown.StartedAt = job.StateSince;
        });

    public override JobList<ScheduledJobDto> ScheduledJobs(int from, int count) =>
        _jobs.InState<ScheduledJobDto>(ScheduledState.StateName, from, count, newestFirst: false, (shown, job) =>
        {
            shown.EnqueueAt = JobHelper.DeserializeNullableDateTime(job.Data.Find("EnqueueAt")) ?? DateTime.MinValue;
            shown.ScheduledAt = job.StateSince;
        });

    public override JobList<SucceededJobDto> SucceededJobs(int from, int count) =>
        _jobs.InState<SucceededJobDto>(SucceededState.StateName, from, count, newestFirst: true, (shown, job) =>
        {
            shown.Result = job.Data.Find("Result");
            shown.TotalDuration = job.Number("PerformanceDuration") + job.Number("Latency");
            shown.SucceededAt = job.StateSince;
        });

    public override JobList<FailedJobDto> FailedJobs(int from, int count) =>
        _jobs.InState<FailedJobDto>(FailedState.StateName, from, count, newestFirst: true, (shown, job) =>
        {
            shown.Reason = job.Reason;
            shown.ExceptionType = job.Data.Find("ExceptionType");
            shown.ExceptionMessage = job.Data.Find("ExceptionMessage");
            shown.ExceptionDetails = job.Data.Find("ExceptionDetails");
            shown.FailedAt = job.StateSince;
        });

    public override JobList<DeletedJobDto> DeletedJobs(int from, int count) =>
        _jobs.InState<DeletedJobDto>(DeletedState.StateName, from, count, newestFirst: true, (shown, job) => shown.DeletedAt = job.StateSince);

    public override JobList<AwaitingJobDto> AwaitingJobs(int from, int count)
    {
        var parents = new List<(AwaitingJobDto Child, long Id)>();
        var jobs = _jobs.InState<AwaitingJobDto>(AwaitingState.StateName, from, count, newestFirst: false, (shown, job) =>
        {
            shown.AwaitingAt = job.StateSince;
            // a state named "Awaiting" may be another's, and wait for several jobs or none: then there is no such entry
            if (job.Number("ParentId") is { } parent)
            {
                parents.Add((shown, parent));
            }
        });
        if (parents.Count > 0)
        {
            var states = _storage.Database.Read(connection => connection.Query(
                $"select Id, StateName from {_storage.Database.Tables.Job} where Id in ({parents.Select(parent => parent.Id).Distinct()})",
                row => (Id: row.GetInt64(0), State: row.Text(1)))).ToDictionary(row => row.Id, row => row.State);
            parents.ForEach(parent => parent.Child.ParentStateName = states.GetValueOrDefault(parent.Id));
        }

        return jobs;
    }

    public override long EnqueuedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return _queues.EnqueuedCount(queue);
    }

    public override long FetchedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return _queues.FetchedCount(queue);
    }

    public override long ScheduledCount() => _jobs.Count(ScheduledState.StateName);

    public override long FailedCount() => _jobs.Count(FailedState.StateName);

    public override long ProcessingCount() => _jobs.Count(ProcessingState.StateName);

    public override long SucceededListCount() => _jobs.Count(SucceededState.StateName);

    public override long DeletedListCount() => _jobs.Count(DeletedState.StateName);

    public override long AwaitingCount() => _jobs.Count(AwaitingState.StateName);

    public override IDictionary<DateTime, long> SucceededByDatesCount() => _timeline.Days("succeeded");

    public override IDictionary<DateTime, long> FailedByDatesCount() => _timeline.Days("failed");

    public override IDictionary<DateTime, long> DeletedByDatesCount() => _timeline.Days("deleted");

    public override IDictionary<DateTime, long> HourlySucceededJobs() => _timeline.Hours("succeeded");

    public override IDictionary<DateTime, long> HourlyFailedJobs() => _timeline.Hours("failed");

    public override IDictionary<DateTime, long> HourlyDeletedJobs() => _timeline.Hours("deleted");
}
