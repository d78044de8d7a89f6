using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using Xunit.Abstractions;

namespace Hangfire.MySqlStorage.Tests.Monitoring;

/// <summary>
/// Every page and count is quick however many jobs there are. STORAGE_TEST_JOBS=1000000 measures with so many; the test's output then
/// lists each member's time. STORAGE_TEST_DATABASE names a database that such a run has filled, to measure once more.
/// </summary>
public sealed class MonitorSpeedTests(MonitorSpeedTests.Filled filled, ITestOutputHelper output) : IClassFixture<MonitorSpeedTests.Filled>
{
    private const int Limit = 200;

    private static readonly Dictionary<string, Action<JobStorageMonitor, Filled>> Members = new()
    {
        [nameof(JobStorageMonitor.GetStatistics)] = (monitor, _) => monitor.GetStatistics(),
        [nameof(JobStorageMonitor.Queues)] = (monitor, _) => monitor.Queues(),
        [nameof(JobStorageMonitor.Servers)] = (monitor, _) => monitor.Servers(),
        [nameof(JobStorageMonitor.JobDetails)] = (monitor, jobs) => Assert.NotNull(monitor.JobDetails($"{jobs.Count / 2}")),
        [nameof(JobStorageMonitor.EnqueuedCount)] = (monitor, _) => Assert.True(monitor.EnqueuedCount("default") > 0),
        [nameof(JobStorageMonitor.FetchedCount)] = (monitor, _) => monitor.FetchedCount("default"),
        ["Queues, first jobs and counts"] = (monitor, jobs) => Assert.Equal(jobs.Enqueued, monitor.Queues().Single().Length),
        [nameof(JobStorageMonitor.EnqueuedJobs)] = (monitor, _) => Assert.Equal(20, monitor.EnqueuedJobs("default", 0, 20).Count),
        ["EnqueuedJobs, last page"] = (monitor, jobs) => Assert.Equal(20, monitor.EnqueuedJobs("default", jobs.Enqueued - 20, 20).Count),
        [nameof(JobStorageMonitor.FetchedJobs)] = (monitor, _) => monitor.FetchedJobs("default", 0, 20),
        [nameof(JobStorageMonitor.SucceededListCount)] = (monitor, _) => Assert.True(monitor.SucceededListCount() > 0),
        [nameof(JobStorageMonitor.SucceededJobs)] = (monitor, _) => Assert.Equal(20, monitor.SucceededJobs(0, 20).Count),
        ["SucceededJobs, 500 a page"] = (monitor, _) => Assert.Equal(500, monitor.SucceededJobs(0, 500).Count),
        ["SucceededJobs, last page of the pager"] = (monitor, _) => Assert.Equal(20, monitor.SucceededJobs((int)monitor.SucceededListCount() - 20, 20).Count),
        ["SucceededJobs, oldest"] = (monitor, jobs) => Assert.Equal(20, monitor.SucceededJobs(jobs.Count - 20, 20).Count),
        ["SucceededJobs, middle"] = (monitor, jobs) => Assert.Equal(20, monitor.SucceededJobs(jobs.Count / 2, 20).Count),
        [nameof(JobStorageMonitor.FailedCount)] = (monitor, _) => Assert.True(monitor.FailedCount() > 0),
        [nameof(JobStorageMonitor.FailedJobs)] = (monitor, _) => Assert.Equal(20, monitor.FailedJobs(0, 20).Count),
        [nameof(JobStorageMonitor.DeletedListCount)] = (monitor, _) => monitor.DeletedListCount(),
        [nameof(JobStorageMonitor.DeletedJobs)] = (monitor, _) => monitor.DeletedJobs(0, 20),
        [nameof(JobStorageMonitor.ProcessingCount)] = (monitor, _) => monitor.ProcessingCount(),
        [nameof(JobStorageMonitor.ProcessingJobs)] = (monitor, _) => monitor.ProcessingJobs(0, 20),
        [nameof(JobStorageMonitor.ScheduledCount)] = (monitor, _) => Assert.True(monitor.ScheduledCount() > 0),
        [nameof(JobStorageMonitor.ScheduledJobs)] = (monitor, _) => Assert.Equal(20, monitor.ScheduledJobs(0, 20).Count),
        [nameof(JobStorageMonitor.AwaitingCount)] = (monitor, _) => Assert.True(monitor.AwaitingCount() > 0),
        [nameof(JobStorageMonitor.AwaitingJobs)] = (monitor, _) => Assert.Equal(20, monitor.AwaitingJobs(0, 20).Count),
        [nameof(JobStorageMonitor.SucceededByDatesCount)] = (monitor, _) => monitor.SucceededByDatesCount(),
        [nameof(JobStorageMonitor.HourlySucceededJobs)] = (monitor, _) => monitor.HourlySucceededJobs(),
        [nameof(JobStorageMonitor.FailedByDatesCount)] = (monitor, _) => monitor.FailedByDatesCount(),
        [nameof(JobStorageMonitor.HourlyFailedJobs)] = (monitor, _) => monitor.HourlyFailedJobs(),
        [nameof(JobStorageMonitor.DeletedByDatesCount)] = (monitor, _) => monitor.DeletedByDatesCount(),
        [nameof(JobStorageMonitor.HourlyDeletedJobs)] = (monitor, _) => monitor.HourlyDeletedJobs(),
    };

    [Fact]
    public void Members_AnswerQuickly_WithManyJobs()
    {
        var monitor = (JobStorageMonitor)filled.Database.Storage.GetMonitoringApi();
        var (slow, table) = (new List<string>(), new StringBuilder());
        foreach (var (name, member) in Members)
        {
            var times = new List<double>();
            // the machine may be busy with something else: the member is slow when it is slow each time
            while (times.Count < 5 || (times.Min() > Limit && times.Count < 15))
            {
                var started = Stopwatch.GetTimestamp();
                member(monitor, filled);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            table.AppendLine(CultureInfo.InvariantCulture, $"{name,-40} best {times.Min(),7:0.0} ms, median {times.Order().ElementAt(times.Count / 2),7:0.0} ms, first {times[0],7:0.0} ms");
            if (times.Min() > Limit)
            {
                slow.Add(name);
            }
        }

        output.WriteLine(table.ToString());
        Assert.Empty(slow);
    }

    public sealed class Filled : IDisposable
    {
        public Filled()
        {
            Count = int.Parse(Environment.GetEnvironmentVariable("STORAGE_TEST_JOBS") ?? "5000", CultureInfo.InvariantCulture);
            Enqueued = Count / 10;
            if (Existing is not null)
            {
                return;
            }

            var jobs = new ManyJobs(Database);
            jobs.Add("Succeeded", Count);
            jobs.Add("Enqueued", Enqueued, "default");
            jobs.Add("Failed", Count / 10);
            jobs.Add("Scheduled", Count / 10);
            jobs.Add("Awaiting", Count / 10);
        }

        public TestStorage Database { get; } = Existing is null ? new("monitorspeed") : TestStorage.Open(Existing);

        private static string? Existing => Environment.GetEnvironmentVariable("STORAGE_TEST_DATABASE");

        public int Count { get; }

        public int Enqueued { get; }

        public void Dispose() => Database.Dispose();
    }
}
