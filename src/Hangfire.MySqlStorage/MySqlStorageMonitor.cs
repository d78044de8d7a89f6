using System.Globalization;
using Hangfire.Common;
using Hangfire.MySql.JobQueue;
using Hangfire.MySql.Monitoring;
using Hangfire.MySql.Sql;
using Hangfire.States;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>What the dashboard shows. Lists find the ids of a page first, by index, and read whole jobs only for these.</summary>
internal sealed class MySqlStorageMonitor(MySqlStorage storage) : JobStorageMonitor
{
    private const int TopJobs = 5;

    private readonly JobPages _pages = new(storage);

    private Tables Tables => storage.Database.Tables;

    private IEnumerable<string> QueuesElsewhere => storage.Providers.IsDefaultOnly
        ? []
        : storage.Providers.Where(provider => provider is not MySqlJobQueueProvider).SelectMany(provider => provider.GetJobQueueMonitoringApi().GetQueues());

    public override IList<QueueWithTopEnqueuedJobsDto> Queues() => Queues(
        [.. Read($"select distinct Queue from {Tables.JobQueue} order by Queue", row => row.GetString(0)).Union(QueuesElsewhere, StringComparer.OrdinalIgnoreCase)]);

    public override IList<ServerDto> Servers() => Read($"select Id, Data, LastHeartbeat from {Tables.Server} order by Id", row =>
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
    });

    public override JobDetailsDto? JobDetails(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (!long.TryParse(jobId, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        storage.Unwritten.Write(id, asking: null);
        return storage.Database.Read(connection => connection.Read(
            new SqlBatch()
                .Add($"select InvocationData, Arguments, CreatedAt, ExpireAt from {Tables.Job} where Id = {id}")
                .Add($"select Name, `Value` from {Tables.JobParameter} where JobId = {id}")
                .Add($"select Name, Reason, CreatedAt, Data from {Tables.State} where JobId = {id} order by Id desc"),
            reader => reader.Read() ? Details(reader) : null));
    }

    public override StatisticsDto GetStatistics()
    {
        var sql = new SqlBatch();
        foreach (var state in new[] { EnqueuedState.StateName, FailedState.StateName, ProcessingState.StateName, ScheduledState.StateName, AwaitingState.StateName })
        {
            JobCount(sql, state);
        }

        sql.Add($"select count(*) from {Tables.Server}");
        sql.Add($"select count(distinct Queue) from {Tables.JobQueue}");
        foreach (var set in new[] { "recurring-jobs", "retries" })
        {
            sql.Add($"select count(*) from {Tables.Set} where `Key` = {set}");
        }

        foreach (var counter in new[] { "stats:succeeded", "stats:deleted" })
        {
            sql.Add($"""
                select cast(coalesce(sum(`Value`), 0) as signed) from (
                    select `Value` from {Tables.Counter} where `Key` = {counter} union all select `Value` from {Tables.AggregatedCounter} where `Key` = {counter}) as counted
                """);
        }

        return storage.Database.Read(connection => connection.Read(sql, reader =>
        {
            long Next()
            {
                reader.Read();
                var number = reader.GetInt64(0);
                reader.NextResult();
                return number;
            }

            return new StatisticsDto
            {
                Enqueued = Next(),
                Failed = Next(),
                Processing = Next(),
                Scheduled = Next(),
                Awaiting = Next(),
                Servers = Next(),
                Queues = Next() + QueuesElsewhere.Count(),
                Recurring = Next(),
                Retries = Next(),
                Succeeded = Next(),
                Deleted = Next(),
            };
        }));
    }

    public override JobList<EnqueuedJobDto> EnqueuedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var ids = Elsewhere(queue)?.GetEnqueuedJobIds(queue, from, perPage).Select(id => (long)id).ToList() ?? Read(
            $"select JobId from {Tables.JobQueue} where Queue = {queue} and FetchedAt is null order by Id limit {Math.Max(from, 0)}, {Math.Max(perPage, 0)}",
            row => row.GetInt64(0));
        return _pages.Of(ids, job => new EnqueuedJobDto
        {
            Job = job.Stored.Job,
            LoadException = job.Stored.LoadException,
            InvocationData = job.Stored.InvocationData,
            State = job.State,
            InEnqueuedState = job.IsIn(EnqueuedState.StateName),
            EnqueuedAt = job.IsIn(EnqueuedState.StateName) ? job.StateSince : null,
            StateData = job.Data,
        });
    }

    public override JobList<FetchedJobDto> FetchedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var rows = Elsewhere(queue)?.GetFetchedJobIds(queue, from, perPage).Select(id => (Id: (long)id, FetchedAt: (DateTime?)null)).ToList() ?? Read(
            $"select JobId, FetchedAt from {Tables.JobQueue} where Queue = {queue} and FetchedAt is not null order by Id limit {Math.Max(from, 0)}, {Math.Max(perPage, 0)}",
            row => (Id: row.GetInt64(0), FetchedAt: row.Instant(1)));
        var fetchedAt = rows.DistinctBy(row => row.Id).ToDictionary(row => row.Id, row => row.FetchedAt);
        return _pages.Of(rows.ConvertAll(row => row.Id), job => new FetchedJobDto
        {
            Job = job.Stored.Job,
            LoadException = job.Stored.LoadException,
            InvocationData = job.Stored.InvocationData,
            State = job.State,
            FetchedAt = fetchedAt[job.Id],
        });
    }

    public override JobList<ProcessingJobDto> ProcessingJobs(int from, int count) => _pages.InState(ProcessingState.StateName, from, count, newestFirst: false, job => new ProcessingJobDto
    {
        Job = job.Stored.Job,
        LoadException = job.Stored.LoadException,
        InvocationData = job.Stored.InvocationData,
        InProcessingState = job.IsIn(ProcessingState.StateName),
        ServerId = job.Data.Find("ServerId") ?? job.Data.Find("ServerName"),
        StartedAt = job.StateSince,
        StateData = job.Data,
    });

    public override JobList<ScheduledJobDto> ScheduledJobs(int from, int count) => _pages.InState(ScheduledState.StateName, from, count, newestFirst: false, job => new ScheduledJobDto
    {
        Job = job.Stored.Job,
        LoadException = job.Stored.LoadException,
        InvocationData = job.Stored.InvocationData,
        InScheduledState = job.IsIn(ScheduledState.StateName),
        EnqueueAt = JobHelper.DeserializeNullableDateTime(job.Data.Find("EnqueueAt")) ?? DateTime.MinValue,
        ScheduledAt = job.StateSince,
        StateData = job.Data,
    });

    public override JobList<SucceededJobDto> SucceededJobs(int from, int count) => _pages.InState(SucceededState.StateName, from, count, newestFirst: true, job => new SucceededJobDto
    {
        Job = job.Stored.Job,
        LoadException = job.Stored.LoadException,
        InvocationData = job.Stored.InvocationData,
        InSucceededState = job.IsIn(SucceededState.StateName),
        Result = job.Data.Find("Result"),
        TotalDuration = job.Number("PerformanceDuration") + job.Number("Latency"),
        SucceededAt = job.StateSince,
        StateData = job.Data,
    });

    public override JobList<FailedJobDto> FailedJobs(int from, int count) => _pages.InState(FailedState.StateName, from, count, newestFirst: true, job => new FailedJobDto
    {
        Job = job.Stored.Job,
        LoadException = job.Stored.LoadException,
        InvocationData = job.Stored.InvocationData,
        InFailedState = job.IsIn(FailedState.StateName),
        Reason = job.Reason,
        ExceptionType = job.Data.Find("ExceptionType"),
        ExceptionMessage = job.Data.Find("ExceptionMessage"),
        ExceptionDetails = job.Data.Find("ExceptionDetails"),
        FailedAt = job.StateSince,
        StateData = job.Data,
    });

    public override JobList<DeletedJobDto> DeletedJobs(int from, int count) => _pages.InState(DeletedState.StateName, from, count, newestFirst: true, job => new DeletedJobDto
    {
        Job = job.Stored.Job,
        LoadException = job.Stored.LoadException,
        InvocationData = job.Stored.InvocationData,
        InDeletedState = job.IsIn(DeletedState.StateName),
        DeletedAt = job.StateSince,
        StateData = job.Data,
    });

    public override JobList<AwaitingJobDto> AwaitingJobs(int from, int count)
    {
        var jobs = _pages.InState(AwaitingState.StateName, from, count, newestFirst: false, job => new AwaitingJobDto
        {
            Job = job.Stored.Job,
            LoadException = job.Stored.LoadException,
            InvocationData = job.Stored.InvocationData,
            InAwaitingState = job.IsIn(AwaitingState.StateName),
            AwaitingAt = job.StateSince,
            StateData = job.Data,
        });
        // a state named "Awaiting" may be another's, and wait for several jobs or none: then there is no such entry
        var parents = jobs.Where(job => job.Value is not null)
            .Select(job => (Dto: job.Value, Parent: long.TryParse(((StateDictionary)job.Value.StateData).Find("ParentId"), CultureInfo.InvariantCulture, out var id) ? id : 0))
            .Where(job => job.Parent > 0).ToList();
        if (parents.Count > 0)
        {
            var states = Read($"select Id, StateName from {Tables.Job} where Id in ({parents.Select(job => job.Parent).Distinct()})", row => (row.GetInt64(0), row.Text(1)))
                .ToDictionary(row => row.Item1, row => row.Item2);
            parents.ForEach(job => job.Dto.ParentStateName = states.GetValueOrDefault(job.Parent));
        }

        return jobs;
    }

    public override long EnqueuedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Elsewhere(queue) is { } other
            ? other.GetEnqueuedAndFetchedCount(queue).EnqueuedCount ?? 0
            : Read($"select count(*) from {Tables.JobQueue} where Queue = {queue} and FetchedAt is null", row => row.GetInt64(0))[0];
    }

    public override long FetchedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Elsewhere(queue) is { } other
            ? other.GetEnqueuedAndFetchedCount(queue).FetchedCount ?? 0
            : Read($"select count(*) from {Tables.JobQueue} where Queue = {queue} and FetchedAt is not null", row => row.GetInt64(0))[0];
    }

    public override long ScheduledCount() => JobCount(ScheduledState.StateName);

    public override long FailedCount() => JobCount(FailedState.StateName);

    public override long ProcessingCount() => JobCount(ProcessingState.StateName);

    public override long SucceededListCount() => JobCount(SucceededState.StateName);

    public override long DeletedListCount() => JobCount(DeletedState.StateName);

    public override long AwaitingCount() => JobCount(AwaitingState.StateName);

    public override IDictionary<DateTime, long> SucceededByDatesCount() => new Timeline(storage).Days("succeeded");

    public override IDictionary<DateTime, long> FailedByDatesCount() => new Timeline(storage).Days("failed");

    public override IDictionary<DateTime, long> DeletedByDatesCount() => new Timeline(storage).Days("deleted");

    public override IDictionary<DateTime, long> HourlySucceededJobs() => new Timeline(storage).Hours("succeeded");

    public override IDictionary<DateTime, long> HourlyFailedJobs() => new Timeline(storage).Hours("failed");

    public override IDictionary<DateTime, long> HourlyDeletedJobs() => new Timeline(storage).Hours("deleted");

    private List<QueueWithTopEnqueuedJobsDto> Queues(List<string> names) => names.ConvertAll(name => new QueueWithTopEnqueuedJobsDto
    {
        Name = name,
        Length = EnqueuedCount(name),
        Fetched = FetchedCount(name),
        FirstJobs = EnqueuedJobs(name, 0, TopJobs),
    });

    private IPersistentJobQueueMonitoringApi? Elsewhere(string queue) => storage.Providers.Elsewhere(queue)?.GetJobQueueMonitoringApi();

    private static JobDetailsDto Details(MySqlDataReader reader)
    {
        var stored = StoredJob.Load(reader.GetString(0), reader.GetString(1));
        var details = new JobDetailsDto
        {
            Job = stored.Job,
            InvocationData = stored.InvocationData,
            LoadException = stored.LoadException,
            CreatedAt = reader.Utc(2),
            ExpireAt = reader.Instant(3),
        };
        reader.NextResult();
        details.Properties = reader.Rows(row => (Name: row.GetString(0), Value: row.Text(1))).ToDictionary(pair => pair.Name, pair => pair.Value!, StringComparer.Ordinal);
        reader.NextResult();
        details.History = reader.Rows(row => new StateHistoryDto
        {
            StateName = row.GetString(0),
            Reason = row.Text(1),
            CreatedAt = row.Utc(2),
            Data = StoredJob.Data(row.Text(3)),
        });
        return details;
    }

    private long JobCount(string state)
    {
        var sql = new SqlBatch();
        JobCount(sql, state);
        return storage.Database.Read(connection => connection.Read(sql, reader => reader.Rows(row => row.GetInt64(0))))[0];
    }

    private void JobCount(SqlBatch sql, string state)
    {
        if (storage.Options.DashboardJobListLimit is { } limit)
        {
            sql.Add($"select count(*) from (select 1 from {Tables.Job} where StateName = {state} limit {limit}) as counted");
        }
        else
        {
            sql.Add($"select count(*) from {Tables.Job} where StateName = {state}");
        }
    }

    private List<T> Read<T>(ref SqlHandler sql, Func<MySqlDataReader, T> row)
    {
        var batch = sql.Batch.End();
        return storage.Database.Read(connection => connection.Read(batch, reader => reader.Rows(row)));
    }
}
