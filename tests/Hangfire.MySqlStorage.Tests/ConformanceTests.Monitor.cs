using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

public abstract partial class ConformanceTests
{
    [Fact]
    public void Monitor_ShowsJobsOfEachState()
    {
        var parent = CreateJob();
        var ids = new Dictionary<string, string>();
        foreach (var (name, data) in new (string, (string, string)[])[]
        {
            ("Processing", [("ServerId", "server"), ("StartedAt", "1770000000000")]),
            ("Scheduled", [("EnqueueAt", "1770000000000")]),
            ("Succeeded", [("PerformanceDuration", "12"), ("Latency", "30"), ("Result", "42")]),
            ("Failed", [("ExceptionType", "E"), ("ExceptionMessage", "M"), ("ExceptionDetails", "D")]),
            ("Deleted", []),
            ("Awaiting", [("ParentId", parent)]),
        })
        {
            ids[name] = CreateJob();
            Commit(transaction => transaction.SetJobState(ids[name], new TestState(name, "why", data)));
        }

        var monitor = (JobStorageMonitor)Storage.GetMonitoringApi();
        Assert.Equal("server", monitor.ProcessingJobs(0, 100).Single(job => job.Key == ids["Processing"]).Value.ServerId);
        Assert.Equal(2026, monitor.ScheduledJobs(0, 100).Single(job => job.Key == ids["Scheduled"]).Value.EnqueueAt.Year);
        Assert.Equal(42, monitor.SucceededJobs(0, 100).Single(job => job.Key == ids["Succeeded"]).Value.TotalDuration);
        var failed = monitor.FailedJobs(0, 100).Single(job => job.Key == ids["Failed"]).Value;
        Assert.Equal(("E", "M", "D", "why"), (failed.ExceptionType, failed.ExceptionMessage, failed.ExceptionDetails, failed.Reason));
        Assert.NotNull(monitor.DeletedJobs(0, 100).Single(job => job.Key == ids["Deleted"]).Value.DeletedAt);
        Assert.True(monitor.AwaitingJobs(0, 100).Single(job => job.Key == ids["Awaiting"]).Value.InAwaitingState);
        Assert.All([monitor.ProcessingCount(), monitor.ScheduledCount(), monitor.SucceededListCount(), monitor.FailedCount(), monitor.DeletedListCount(), monitor.AwaitingCount()], count => Assert.True(count > 0));
    }

    [Fact]
    public void Monitor_PagesNewestSucceededFirst()
    {
        var ids = Enumerable.Range(0, 5).Select(_ => CreateJob()).ToArray();
        foreach (var id in ids)
        {
            Commit(transaction => transaction.SetJobState(id, new TestState("Succeeded")));
        }

        var shown = Storage.GetMonitoringApi().SucceededJobs(0, 1000).Select(job => job.Key).Where(ids.Contains).ToArray();
        Assert.Equal(ids.Reverse(), shown);
        Assert.Single(Storage.GetMonitoringApi().SucceededJobs(1, 1));
    }

    [Fact]
    public void Monitor_ShowsQueue()
    {
        var ids = Enumerable.Range(0, 7).Select(_ => CreateJob()).ToArray();
        Commit(transaction =>
        {
            foreach (var id in ids)
            {
                transaction.SetJobState(id, new EnqueuedState(EnqueuedState.DefaultQueue));
                transaction.AddToQueue(Key, id);
            }
        });
        using var connection = Connection;
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        using var fetched = connection.FetchNextJob([Key], deadline.Token);
        var monitor = Storage.GetMonitoringApi();
        Assert.Equal(6, monitor.EnqueuedCount(Key));
        Assert.Equal(ids[1..], monitor.EnqueuedJobs(Key, 0, 100).Select(job => job.Key));
        Assert.Equal(ids[2], monitor.EnqueuedJobs(Key, 1, 1).Single().Key);
        var queue = monitor.Queues().Single(queue => queue.Name == Key);
        Assert.Equal((6, 5), (queue.Length, queue.FirstJobs.Count));
        Assert.True(queue.FirstJobs[0].Value.InEnqueuedState);
        fetched.RemoveFromQueue();
    }

    [Fact]
    public void Monitor_CountsByDayAndHour()
    {
        var now = TimeProvider.System.GetUtcNow();
        Commit(transaction =>
        {
            foreach (var state in new[] { "succeeded", "failed", "deleted" })
            {
                transaction.IncrementCounter($"stats:{state}:{now:yyyy-MM-dd}", TimeSpan.FromDays(1));
                transaction.IncrementCounter($"stats:{state}:{now:yyyy-MM-dd-HH}", TimeSpan.FromDays(1));
            }
        });
        var monitor = (JobStorageMonitor)Storage.GetMonitoringApi();
        Assert.All([monitor.SucceededByDatesCount(), monitor.FailedByDatesCount(), monitor.DeletedByDatesCount()], days => Assert.True(days.Count == 7 && days.Values.Sum() > 0));
        Assert.All([monitor.HourlySucceededJobs(), monitor.HourlyFailedJobs(), monitor.HourlyDeletedJobs()], hours => Assert.True(hours.Count == 24 && hours.Values.Sum() > 0));
    }

    [Fact]
    public void Monitor_GivesStatistics()
    {
        var before = Storage.GetMonitoringApi().GetStatistics();
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.SetJobState(id, new TestState("Failed"));
            transaction.AddToSet("retries", id);
            transaction.AddToSet("recurring-jobs", Key);
            transaction.IncrementCounter("stats:succeeded");
            transaction.IncrementCounter("stats:deleted");
        });
        var after = Storage.GetMonitoringApi().GetStatistics();
        Assert.Equal(
            (1L, 1L, 1L, 1L, 1L),
            (after.Failed - before.Failed, after.Retries - before.Retries ?? 1, after.Recurring - before.Recurring, after.Succeeded - before.Succeeded, after.Deleted - before.Deleted));
    }
}
