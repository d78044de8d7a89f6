using System.Globalization;
using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>One job's page, the statistics and the graphs.</summary>
public sealed class MonitorDetailCases(StorageUnderTest subject) : StorageCases(subject)
{
    private static readonly Dictionary<string, Func<IMonitoringApi, IDictionary<DateTime, long>>> Graphs = new()
    {
        ["succeeded by day"] = monitor => monitor.SucceededByDatesCount(),
        ["failed by day"] = monitor => monitor.FailedByDatesCount(),
        ["succeeded by hour"] = monitor => monitor.HourlySucceededJobs(),
        ["failed by hour"] = monitor => monitor.HourlyFailedJobs(),
        ["deleted by day"] = monitor => ((JobStorageMonitor)monitor).DeletedByDatesCount(),
        ["deleted by hour"] = monitor => ((JobStorageMonitor)monitor).HourlyDeletedJobs(),
    };

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    public void JobDetails_ShowJobWithoutState()
    {
        var details = Monitor.JobDetails(CreateJob(TestJobs.Run("what")));
        Assert.Equal((nameof(Jobs.Run), CreatedAt), (details.Job.Method.Name, details.CreatedAt));
        Assert.NotNull(details.ExpireAt);
        Assert.NotNull(details.InvocationData);
        Assert.Empty(details.History);
        Assert.Empty(details.Properties);
    }

    public void JobDetails_ShowParameters()
    {
        var parameters = new Dictionary<string, string> { ["a"] = "1", ["A"] = "2", ["null"] = null! };
        Assert.Equal(parameters, Monitor.JobDetails(CreateJob(parameters: parameters)).Properties);
    }

    public void JobDetails_ShowHistoryNewestFirst()
    {
        var id = CreateJobIn(new TestState("First", "one", ("a", "1")));
        Commit(transaction => transaction.SetJobState(id, new TestState("Second", null)));
        var history = Monitor.JobDetails(id).History;
        Assert.Equal(["Second", "First"], history.Select(entry => entry.StateName));
        Assert.Equal((null, "one", "1"), (history[0].Reason, history[1].Reason, history[1].Data["a"]));
        Assert.True(history[0].CreatedAt >= history[1].CreatedAt);
    }

    public void JobDetails_FindStateDataInAnyCase() =>
        Assert.Equal("server", Monitor.JobDetails(CreateJobIn(new TestState("Processing", null, ("serverId", "server")))).History.Single().Data["ServerId"]);

    public void JobDetails_ShowWhyJobCannotBeLoaded()
    {
        var details = Monitor.JobDetails(CreateJob(Gone.Job()));
        Assert.Null(details.Job);
        Assert.NotNull(details.LoadException);
        Assert.Contains(nameof(Gone), details.InvocationData.Type, StringComparison.Ordinal);
    }

    public void JobDetails_OfThisJobOnly()
    {
        var id = CreateJobIn(new TestState("State"));
        Do(connection => connection.SetJobParameter(CreateJobIn(new TestState("Other")), "name", "value"));
        Assert.Equal("State", Monitor.JobDetails(id).History.Single().StateName);
        Assert.Empty(Monitor.JobDetails(id).Properties);
    }

    public void Statistics_AreZero_WhenThereIsNothing()
    {
        var statistics = Monitor.GetStatistics();
        Assert.Equal(
            (0, 0, 0, 0, 0, 0, 0, 0, 0),
            (statistics.Enqueued, statistics.Failed, statistics.Processing, statistics.Scheduled, statistics.Servers, statistics.Queues, statistics.Recurring, statistics.Succeeded, statistics.Deleted));
    }

    [Row("Enqueued")]
    [Row("Failed")]
    [Row("Processing")]
    [Row("Scheduled")]
    public void Statistics_CountJobsInState(string state)
    {
        CreateJobIn(new TestState(state));
        CreateJobIn(new TestState(state));
        CreateJobIn(new TestState("Other"));
        var statistics = Monitor.GetStatistics();
        Assert.Equal(2, state switch
        {
            "Enqueued" => statistics.Enqueued,
            "Failed" => statistics.Failed,
            "Processing" => statistics.Processing,
            _ => statistics.Scheduled,
        });
    }

    public void Statistics_CountSucceededAndDeletedByTheirCounters()
    {
        Commit(transaction =>
        {
            transaction.IncrementCounter("stats:succeeded");
            transaction.IncrementCounter("stats:succeeded");
            transaction.IncrementCounter("stats:deleted");
        });
        Assert.Equal((2, 1), (Monitor.GetStatistics().Succeeded, Monitor.GetStatistics().Deleted));
    }

    public void Statistics_CountServersQueuesAndRecurringJobs()
    {
        Do(connection =>
        {
            connection.AnnounceServer("a", new ServerContext { Queues = [Queue] });
            connection.AnnounceServer("b", new ServerContext { Queues = [Queue] });
        });
        Enqueue("one");
        Enqueue("one");
        Enqueue("two");
        Commit(transaction => transaction.AddRangeToSet("recurring-jobs", ["a", "b", "c"]));
        var statistics = Monitor.GetStatistics();
        Assert.Equal((2, 2, 3), (statistics.Servers, statistics.Queues, statistics.Recurring));
    }

    public void Statistics_CountRetriesAndAwaitingJobs()
    {
        // without these the dashboard asks once more for each
        CreateJobIn(new TestState("Awaiting"));
        Commit(transaction => transaction.AddRangeToSet("retries", ["1", "2"]));
        Assert.Equal((2, 1), (Monitor.GetStatistics().Retries, Monitor.GetStatistics().Awaiting));
    }

    [Row("succeeded by day")]
    [Row("failed by day")]
    [Row("succeeded by hour")]
    [Row("failed by hour")]
    public void Graph_HasAPointForEachDayOrHour(string graph) => AssertPoints(graph);

    [Needs("Monitoring.DeletedStateGraphs")]
    [Row("deleted by day")]
    [Row("deleted by hour")]
    public void DeletedGraph_HasAPointForEachDayOrHour(string graph) => AssertPoints(graph);

    [Row("succeeded by day")]
    [Row("failed by day")]
    [Row("succeeded by hour")]
    [Row("failed by hour")]
    public void Graph_CountsNowAndBefore(string graph) => AssertCounts(graph);

    [Needs("Monitoring.DeletedStateGraphs")]
    [Row("deleted by day")]
    [Row("deleted by hour")]
    public void DeletedGraph_CountsNowAndBefore(string graph) => AssertCounts(graph);

    private void AssertPoints(string graph)
    {
        var points = Graphs[graph](Monitor);
        Assert.Equal(graph.EndsWith("day", StringComparison.Ordinal) ? 7 : 24, points.Count);
        Assert.All(points.Values, value => Assert.Equal(0, value));
        Assert.True((Now - points.Keys.Max()).TotalHours < (graph.EndsWith("day", StringComparison.Ordinal) ? 24.1 : 1.1));
    }

    private void AssertCounts(string graph)
    {
        var state = graph.Split(' ')[0];
        var (format, before) = graph.EndsWith("day", StringComparison.Ordinal) ? ("yyyy-MM-dd", Now.AddDays(-2)) : ("yyyy-MM-dd-HH", Now.AddHours(-2));
        Commit(transaction =>
        {
            foreach (var instant in new[] { Now, Now, before })
            {
                transaction.IncrementCounter($"stats:{state}:{instant.ToString(format, CultureInfo.InvariantCulture)}", TimeSpan.FromDays(30));
            }
        });
        var points = Graphs[graph](Monitor).OrderByDescending(point => point.Key).Select(point => point.Value).ToArray();
        Assert.Equal(3, points.Sum());
        Assert.Equal(1, points.Count(count => count == 1));
    }
}
