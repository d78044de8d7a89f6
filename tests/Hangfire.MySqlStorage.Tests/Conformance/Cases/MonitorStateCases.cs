using Hangfire.Common;
using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>What the monitor says of the jobs in a state: lists, their order and pages, and counts.</summary>
public sealed class MonitorStateCases(StorageUnderTest subject) : StorageCases(subject)
{
    private static readonly Dictionary<string, List> Lists = new()
    {
        ["Processing"] = new(m => m.ProcessingCount(), (m, from, count) => Shown(m.ProcessingJobs(from, count), j => (j.Job, j.InProcessingState, j.StartedAt, j.StateData))),
        ["Scheduled"] = new(m => m.ScheduledCount(), (m, from, count) => Shown(m.ScheduledJobs(from, count), j => (j.Job, j.InScheduledState, j.ScheduledAt, j.StateData))),
        ["Succeeded"] = new(m => m.SucceededListCount(), (m, from, count) => Shown(m.SucceededJobs(from, count), j => (j.Job, j.InSucceededState, j.SucceededAt, j.StateData))),
        ["Failed"] = new(m => m.FailedCount(), (m, from, count) => Shown(m.FailedJobs(from, count), j => (j.Job, j.InFailedState, j.FailedAt, j.StateData))),
        ["Deleted"] = new(m => m.DeletedListCount(), (m, from, count) => Shown(m.DeletedJobs(from, count), j => (j.Job, j.InDeletedState, j.DeletedAt, j.StateData))),
        ["Awaiting"] = new(m => ((JobStorageMonitor)m).AwaitingCount(), (m, from, count) => Shown(((JobStorageMonitor)m).AwaitingJobs(from, count), j => (j.Job, j.InAwaitingState, j.AwaitingAt, j.StateData))),
    };

    /// <summary>State data that Hangfire writes: storages may need it to show the job.</summary>
    private static TestState State(string name, int number = 0) => new(
        name, "why",
        ("EnqueueAt", JobHelper.SerializeDateTime(CreatedAt.AddMinutes(number))), ("ScheduledAt", JobHelper.SerializeDateTime(CreatedAt)),
        ("StartedAt", JobHelper.SerializeDateTime(CreatedAt)), ("ServerId", "server"), ("FailedAt", JobHelper.SerializeDateTime(CreatedAt)),
        ("SucceededAt", JobHelper.SerializeDateTime(CreatedAt)), ("DeletedAt", JobHelper.SerializeDateTime(CreatedAt)),
        ("ExceptionType", "Type"), ("ExceptionMessage", "Message"), ("ExceptionDetails", "Details"), ("PerformanceDuration", "1"), ("Latency", "1"));

    private static IEnumerable<(string, Job, bool, DateTime?, IDictionary<string, string>)> Shown<T>(
        Hangfire.Storage.Monitoring.JobList<T> jobs, Func<T, (Job, bool, DateTime?, IDictionary<string, string>)> show) =>
        jobs.Select(job => (job.Key, show(job.Value))).Select(job => (job.Key, job.Item2.Item1, job.Item2.Item2, job.Item2.Item3, job.Item2.Item4));

    [Row("Processing")]
    [Row("Scheduled")]
    [Row("Succeeded")]
    [Row("Failed")]
    [Row("Deleted")]
    public void List_IsEmpty_WhenNoJobIsInState(string state)
    {
        CreateJobIn(new TestState("Other"));
        Assert.Empty(Lists[state].Show(Monitor, 0, 10));
        Assert.Equal(0, Lists[state].Count(Monitor));
    }

    [Row("Processing")]
    [Row("Scheduled")]
    [Row("Succeeded")]
    [Row("Failed")]
    [Row("Deleted")]
    public void List_ShowsJobAndItsState(string state)
    {
        var id = CreateJobIn(State(state));
        var (key, job, isInState, since, data) = Lists[state].Show(Monitor, 0, 10).Single();
        Assert.Equal((id, nameof(Jobs.Nothing), true), (key, job.Method.Name, isInState));
        Assert.NotNull(since);
        Assert.Equal("server", data["ServerId"]);
        Assert.Equal(1, Lists[state].Count(Monitor));
    }

    [Row("Processing")]
    [Row("Scheduled")]
    [Row("Succeeded")]
    [Row("Failed")]
    [Row("Deleted")]
    public void List_DropsJobThatHasLeftState(string state)
    {
        var id = CreateJobIn(State(state));
        Commit(transaction => transaction.SetJobState(id, new TestState("Other")));
        Assert.Empty(Lists[state].Show(Monitor, 0, 10));
        Assert.Equal(0, Lists[state].Count(Monitor));
    }

    [Row("Processing", 0, 10, "01234")]
    [Row("Processing", 1, 2, "12")]
    [Row("Processing", 4, 10, "4")]
    [Row("Processing", 5, 10, "")]
    [Row("Scheduled", 0, 10, "01234")]
    [Row("Scheduled", 1, 2, "12")]
    [Row("Scheduled", 4, 10, "4")]
    [Row("Scheduled", 5, 10, "")]
    [Row("Succeeded", 0, 10, "43210")]
    [Row("Succeeded", 1, 2, "32")]
    [Row("Succeeded", 4, 10, "0")]
    [Row("Succeeded", 5, 10, "")]
    [Row("Failed", 0, 10, "43210")]
    [Row("Failed", 1, 2, "32")]
    [Row("Failed", 4, 10, "0")]
    [Row("Failed", 5, 10, "")]
    [Row("Deleted", 0, 10, "43210")]
    [Row("Deleted", 1, 2, "32")]
    [Row("Deleted", 4, 10, "0")]
    [Row("Deleted", 5, 10, "")]
    public void List_IsPaged_OldestFirstWhileWaitingAndNewestFirstWhenDone(string state, int from, int count, string expected)
    {
        var ids = Enumerable.Range(0, 5).Select(number => CreateJobIn(State(state, number))).ToArray();
        Assert.Equal(expected, string.Concat(Lists[state].Show(Monitor, from, count).Select(job => Array.IndexOf(ids, job.Item1))));
    }

    [Row("Processing")]
    [Row("Scheduled")]
    [Row("Succeeded")]
    [Row("Failed")]
    [Row("Deleted")]
    public void List_IsEmpty_WhenNoneIsAskedFor(string state)
    {
        CreateJobIn(State(state));
        Assert.Empty(Lists[state].Show(Monitor, 0, 0));
    }

    [Row("Processing")]
    [Row("Scheduled")]
    [Row("Succeeded")]
    [Row("Failed")]
    [Row("Deleted")]
    public void List_ShowsJobWithoutStateData(string state)
    {
        // written by another version, or by an extension
        var id = CreateJobIn(new TestState(state));
        Assert.Equal(id, Lists[state].Show(Monitor, 0, 10).Single().Item1);
    }

    [Row("Processing")]
    [Row("Scheduled")]
    [Row("Succeeded")]
    [Row("Failed")]
    [Row("Deleted")]
    public void List_GivesUtcTimes(string state)
    {
        CreateJobIn(State(state));
        Assert.Equal(DateTimeKind.Utc, Lists[state].Show(Monitor, 0, 10).Single().Item4!.Value.Kind);
    }

    [Row("Processing")]
    [Row("Scheduled")]
    [Row("Succeeded")]
    [Row("Failed")]
    [Row("Deleted")]
    public void List_ShowsJobThatCannotBeLoaded(string state)
    {
        var id = CreateJob(Gone.Job());
        Commit(transaction => transaction.SetJobState(id, State(state)));
        var (key, job, _, _, _) = Lists[state].Show(Monitor, 0, 10).Single();
        Assert.Equal(id, key);
        Assert.Null(job);
    }

    public void ProcessingJobs_ShowServer()
    {
        CreateJobIn(State("Processing"));
        Assert.Equal("server", Monitor.ProcessingJobs(0, 10).Single().Value.ServerId);
    }

    public void ProcessingJobs_ShowServerByItsOlderName()
    {
        CreateJobIn(new TestState("Processing", null, ("ServerName", "old"), ("StartedAt", JobHelper.SerializeDateTime(CreatedAt))));
        Assert.Equal("old", Monitor.ProcessingJobs(0, 10).Single().Value.ServerId);
    }

    public void ScheduledJobs_ShowWhenTheyAreDue()
    {
        CreateJobIn(State("Scheduled", 10));
        Assert.Equal(CreatedAt.AddMinutes(10), Monitor.ScheduledJobs(0, 10).Single().Value.EnqueueAt);
    }

    public void SucceededJobs_ShowResultAndDuration()
    {
        CreateJobIn(new TestState("Succeeded", null, ("SucceededAt", JobHelper.SerializeDateTime(CreatedAt)), ("PerformanceDuration", "12"), ("Latency", "30"), ("Result", "\"42\"")));
        var job = Monitor.SucceededJobs(0, 10).Single().Value;
        Assert.Equal((42, "\"42\""), (job.TotalDuration, job.Result));
    }

    public void SucceededJobs_ShowNoDuration_WhenThereIsNone()
    {
        CreateJobIn(new TestState("Succeeded"));
        var job = Monitor.SucceededJobs(0, 10).Single().Value;
        Assert.Null(job.TotalDuration);
        Assert.Null(job.Result);
    }

    public void FailedJobs_ShowExceptionAndReason()
    {
        CreateJobIn(new TestState("Failed", "why", ("FailedAt", JobHelper.SerializeDateTime(CreatedAt)), ("ExceptionType", "Type"), ("ExceptionMessage", "Message 😀"), ("ExceptionDetails", new string('d', 100_000))));
        var job = Monitor.FailedJobs(0, 10).Single().Value;
        Assert.Equal(("why", "Type", "Message 😀", 100_000), (job.Reason, job.ExceptionType, job.ExceptionMessage, job.ExceptionDetails.Length));
    }

    [Needs("Monitoring.AwaitingJobs")]
    public void AwaitingJobs_AreEmpty_WhenNoneWaits()
    {
        CreateJobIn(new TestState("Other"));
        Assert.Empty(FullMonitor.AwaitingJobs(0, 10));
        Assert.Equal(0, FullMonitor.AwaitingCount());
    }

    [Needs("Monitoring.AwaitingJobs")]
    public void AwaitingJobs_ShowStateOfTheirParent()
    {
        var parent = CreateJobIn(new TestState("Processing"));
        var id = CreateJobIn(new TestState("Awaiting", "why", ("ParentId", parent)));
        var job = FullMonitor.AwaitingJobs(0, 10).Single();
        Assert.Equal((id, "Processing", true), (job.Key, job.Value.ParentStateName, job.Value.InAwaitingState));
        Assert.NotNull(job.Value.AwaitingAt);
        Assert.Equal(parent, job.Value.StateData["ParentId"]);
        Assert.Equal(1, FullMonitor.AwaitingCount());
    }

    [Needs("Monitoring.AwaitingJobs")]
    [Row(NoJob)]
    [Row("no id")]
    [Row("")]
    public void AwaitingJobs_AreShown_WhenTheirParentIsGone(string parent)
    {
        var id = CreateJobIn(new TestState("Awaiting", "why", ("ParentId", parent)));
        Assert.Equal(id, FullMonitor.AwaitingJobs(0, 10).Single().Key);
        Assert.Null(FullMonitor.AwaitingJobs(0, 10).Single().Value.ParentStateName);
    }

    [Needs("Monitoring.AwaitingJobs")]
    public void AwaitingJobs_AreShown_WithoutStateData() =>
        Assert.Equal(CreateJobIn(new TestState("Awaiting")), FullMonitor.AwaitingJobs(0, 10).Single().Key);

    [Needs("Monitoring.AwaitingJobs")]
    public void AwaitingJobs_MayHaveOneParent()
    {
        var parent = CreateJobIn(new TestState("Processing"));
        var ids = Enumerable.Range(0, 3).Select(_ => CreateJobIn(new TestState("Awaiting", null, ("ParentId", parent)))).ToArray();
        Assert.Equal(ids, FullMonitor.AwaitingJobs(0, 10).Select(job => job.Key));
        Assert.All(FullMonitor.AwaitingJobs(0, 10), job => Assert.Equal("Processing", job.Value.ParentStateName));
    }

    [Needs("Monitoring.AwaitingJobs")]
    [Row(0, 10, "01234")]
    [Row(1, 2, "12")]
    [Row(4, 10, "4")]
    [Row(5, 10, "")]
    public void AwaitingJobs_ArePagedOldestFirst(int from, int count, string expected)
    {
        var ids = Enumerable.Range(0, 5).Select(_ => CreateJobIn(State("Awaiting"))).ToArray();
        Assert.Equal(expected, string.Concat(FullMonitor.AwaitingJobs(from, count).Select(job => Array.IndexOf(ids, job.Key))));
    }

    private sealed record List(
        Func<IMonitoringApi, long> Count,
        Func<IMonitoringApi, int, int, IEnumerable<(string, Job, bool, DateTime?, IDictionary<string, string>)>> Show);
}
