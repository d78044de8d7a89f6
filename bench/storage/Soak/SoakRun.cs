using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.MySql;
using MySqlConnector;
using StorageBench.Peers;
using StorageBench.Report;

namespace StorageBench.Soak;

/// <summary>Runs several processes for minutes, disturbs them where asked to, and counts every loss and double execution.</summary>
internal sealed class SoakRun(SoakSettings settings, Output output)
{
    private static readonly TimeSpan Draining = TimeSpan.FromMinutes(5);

    public int Run()
    {
        using var server = new PrivateMariaDb();
        var connectionString = new MySqlConnectionStringBuilder(server.Start()) { Database = "pinscheduler" }.ConnectionString;
        var ledger = new Ledger(connectionString);
        ledger.Create();
        ledger.LogDeadlocks();
        using var storage = new MySqlStorage(connectionString);
        WorkerProcess Start(string name) => new(name, connectionString, settings);
        var workers = Enumerable.Range(0, settings.Processes).Select(i => Start($"w{i}.0")).ToList();
        var disturbance = new Disturbance(settings, server, ledger, workers, Start);
        using var producers = new Producers(storage, settings.Producers, settings.Backlog);
        try
        {
            producers.Start();
            var took = Disturb(producers, disturbance, ledger);
            producers.Stop();
            Drain(storage, producers, ledger);
            var good = Report(producers, disturbance, ledger, storage, took);
            if (!good)
            {
                output.Line($"the database's log: {server.KeepLog()}");
            }

            return good ? 0 : 1;
        }
        finally
        {
            producers.Stop();
            workers.ForEach(worker => worker.Stop());
            workers.ForEach(worker => worker.Dispose());
        }
    }

    private TimeSpan Disturb(Producers producers, Disturbance disturbance, Ledger ledger)
    {
        var started = Stopwatch.GetTimestamp();
        var (nextWorker, nextDatabase, nextLine) = (disturbance.NextWorker, disturbance.NextDatabase, TimeSpan.Zero);
        while (Stopwatch.GetElapsedTime(started) is var now && now < settings.Duration)
        {
            Thread.Sleep(250);
            producers.Waiting = ledger.Number("select count(*) from JobQueue");
            if (now >= nextLine)
            {
                Output.Progress(string.Create(CultureInfo.InvariantCulture, $"{now.TotalSeconds:0} s: {ledger.Number("select count(*) from soak_ran"):#,0} executions"));
                nextLine = now + TimeSpan.FromSeconds(10);
            }

            if (settings.Kill && now >= nextWorker)
            {
                disturbance.KillWorker();
                nextWorker = now + (disturbance.NextWorker * (0.5 + Random.Shared.NextDouble()));
            }

            if ((settings.RestartDatabase || settings.FreezeDatabase) && now >= nextDatabase)
            {
                disturbance.DisturbDatabase();
                nextDatabase = Stopwatch.GetElapsedTime(started) + (disturbance.NextDatabase * (0.5 + Random.Shared.NextDouble()));
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static void Drain(JobStorage storage, Producers producers, Ledger ledger)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Draining)
        {
            var left = storage.GetMonitoringApi().GetStatistics();
            if (left.Enqueued + left.Processing + left.Scheduled + (left.Awaiting ?? 0) == 0 && ledger.Number("select count(*) from JobQueue") == 0)
            {
                return;
            }

            Thread.Sleep(500);
        }

        Output.Progress($"the backlog was not worked off within {Draining.TotalMinutes} minutes");
    }

    private bool Report(Producers producers, Disturbance disturbance, Ledger ledger, JobStorage storage, TimeSpan took)
    {
        var verdict = new Verdict(producers.Confirmed, ledger.Executions(), disturbance.Killed, disturbance.Outages);
        var statistics = storage.GetMonitoringApi().GetStatistics();
        var succeeded = ledger.Number("select count(*) from Job where StateName = 'Succeeded'");
        var twice = ledger.Number("select count(*) from (select JobId from State where Name = 'Succeeded' group by JobId having count(*) > 1) as twice");
        var miscounted = statistics.Succeeded - succeeded;
        var unfinished = ledger.Number("select count(*) from Job where StateName not in ('Succeeded', 'Failed') or StateName is null and ExpireAt is null");
        (string Name, long Count)[] errors =
        [
            ("lost jobs", verdict.Lost), ("executions doubled without a cause", verdict.Unexplained), ("jobs finished twice", twice),
            ("succeeded counter minus succeeded jobs", miscounted), ("jobs stuck", unfinished), ("failed jobs", statistics.Failed), ("deadlocks", disturbance.Deadlocks),
        ];
        (string Name, long Count)[] facts =
        [
            ("confirmed jobs", producers.Confirmed.Count), ("unconfirmed jobs", producers.Unconfirmed), ("executions", verdict.Executions), ("jobs/s", (long)(producers.Confirmed.Count / took.TotalSeconds)),
            ("workers killed", disturbance.Killed.Count), ("database outages", disturbance.Outages.Count), ("executions doubled, all", verdict.Doubled), ("row lock waits", disturbance.LockWaits),
        ];
        var title = string.Create(CultureInfo.InvariantCulture, $"Soak of {took.TotalMinutes:0.0} min: {settings.Processes} processes × {settings.Workers} workers, {settings.Producers} producers, lease {settings.Lease.TotalSeconds} s");
        output.Write(new Table(title, ["", "count"], [.. facts.Concat(errors).Select(row => (IReadOnlyList<string>)[row.Name, row.Count.ToString("#,0", CultureInfo.InvariantCulture)])]));
        var good = errors.All(error => error.Count == 0);
        output.Heading(good ? "Nothing lost, nothing doubled." : "FAILED: " + string.Join(", ", errors.Where(error => error.Count != 0).Select(error => $"{error.Count} {error.Name}")));
        return good;
    }
}
