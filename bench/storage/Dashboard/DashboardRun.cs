using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.MySql;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MySqlConnector;
using StorageBench.Peers;
using StorageBench.Report;
using StorageBench.Scenarios;

namespace StorageBench.Dashboard;

/// <summary>Asks for what the dashboard shows, once of the monitoring API and once as pages over HTTP, while the database holds many succeeded jobs.</summary>
internal sealed class DashboardRun(int jobs, int samples, Output output)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var server = new PrivateMariaDb();
        var address = new MySqlConnectionStringBuilder(server.Start());
        using (var admin = new MySqlConnection(address.ConnectionString))
        {
            await admin.OpenAsync(cancellationToken);
            using var create = new MySqlCommand("create database bench character set utf8mb4 collate utf8mb4_bin", admin);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        address.Database = "bench";
        using var storage = new MySqlStorage(address.ConnectionString);
        Output.Progress($"making {jobs:N0} succeeded jobs …");
        var job = await ManyJobs.MakeAsync(storage, address.ConnectionString, jobs, cancellationToken);
        foreach (var line in Machine.Describe())
        {
            output.Line(line);
        }

        output.Write(Api(storage, job));
        output.Write(await PagesAsync(storage, job, cancellationToken));
        return 0;
    }

    private Table Api(MySqlStorage storage, string job)
    {
        var monitor = storage.GetMonitoringApi();
        return Measured("Monitoring API",
        [
            ("GetStatistics", () => monitor.GetStatistics()),
            ("SucceededListCount", () => monitor.SucceededListCount()),
            ("SucceededJobs, first 10", () => monitor.SucceededJobs(0, 10)),
            ("SucceededJobs, first 500", () => monitor.SucceededJobs(0, 500)),
            ($"SucceededJobs, last linked page ({LastLinked:N0})", () => monitor.SucceededJobs(LastLinked, 10)),
            ($"SucceededJobs, the oldest 10 ({jobs - 10:N0})", () => monitor.SucceededJobs(jobs - 10, 10)),
            ("JobDetails", () => monitor.JobDetails(job)),
            ("SucceededByDatesCount", () => monitor.SucceededByDatesCount()),
            ("HourlySucceededJobs", () => monitor.HourlySucceededJobs()),
        ]);
    }

    private async Task<Table> PagesAsync(MySqlStorage storage, string job, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHangfire(hangfire => hangfire.UseStorage(storage));
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseHangfireDashboard("");
        await app.StartAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        string[] pages =
        [
            "/", "/jobs/succeeded", "/jobs/succeeded?from=0&count=500", $"/jobs/succeeded?from={LastLinked}&count=10", $"/jobs/succeeded?from={jobs - 10}&count=10",
            $"/jobs/details/{job}", "/jobs/enqueued", "/jobs/awaiting", "/retries", "/recurring", "/servers",
        ];
        var table = Measured("Pages over HTTP", [.. pages.Select(page => (page, (Action)(() => client.GetStringAsync(page, cancellationToken).GetAwaiter().GetResult())))]);
        await app.StopAsync(cancellationToken);
        return table;
    }

    // the dashboard counts, and so links, no further than the storage's DashboardJobListLimit
    private int LastLinked => Math.Min(jobs, new MySqlStorageOptions().DashboardJobListLimit!.Value) - 10;

    private Table Measured(string title, (string Name, Action Ask)[] questions) => new(
        $"{title}, {jobs:N0} succeeded jobs", ["", "p50 ms", "p95 ms", "p99 ms"],
        [.. questions.Select(question =>
        {
            question.Ask();
            var times = Enumerable.Range(0, samples).Select(_ =>
            {
                var started = Stopwatch.GetTimestamp();
                question.Ask();
                return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }).ToList();
            return (IReadOnlyList<string>)[question.Name, .. Measure.Percentiles(times).Select(measure => Figure.Text(measure.Value))];
        })]);
}
