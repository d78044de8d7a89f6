using System.Diagnostics;
using Hangfire;
using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>Quartz.NET's comparison: delayed one-off jobs, all due at one whole second, 10 workers, the schedule polled each 100 ms.</summary>
internal sealed class DelayedScenario() : Scenario("delayed", "Delayed jobs, all due at one instant, 10 workers")
{
    private const int Probe = 100;

    public override IEnumerable<Measure> Run(IPeer peer, Settings settings)
    {
        var storage = peer.Open();
        using var tally = Work.Expect(settings.DelayedJobs);
        var pace = Schedule(storage, tally.Run, Probe, DateTimeOffset.MaxValue.AddYears(-1)) / Probe;

        // whole seconds, because Hangfire compares scores of whole seconds
        var now = TimeProvider.System.GetUtcNow();
        var due = DateTimeOffset.FromUnixTimeSeconds((long)Math.Ceiling(now.ToUnixTimeSeconds() + 4 + (pace.TotalSeconds * settings.DelayedJobs * 1.5)));
        var dueStamp = Stopwatch.GetTimestamp() + (long)((due - now).TotalSeconds * Stopwatch.Frequency);
        Schedule(storage, tally.Run, settings.DelayedJobs, due);
        var early = Stopwatch.GetTimestamp() < dueStamp;
        var before = peer.Read();
        using (Serve(storage, workers: 10, TimeSpan.FromMilliseconds(100)))
        {
            tally.WaitForAll(settings.Longest + (due - now));
        }

        var traffic = peer.Read() - before;
        Close(storage);
        var last = TimeSpan.FromSeconds((tally.LastStarted - dueStamp) / (double)Stopwatch.Frequency);
        return
        [
            new("jobs/s", early ? settings.DelayedJobs / last.TotalSeconds : double.NaN), new("last after due ms", last.TotalMilliseconds),
            new("first after due ms", (tally.FirstStarted - dueStamp) * 1000.0 / Stopwatch.Frequency),
            new("statements/job", traffic.Statements / settings.DelayedJobs), new("all tx/job", traffic.Transactions / settings.DelayedJobs),
            new("deadlocks", traffic.Deadlocks), new("lost", tally.Lost), new("doubled", tally.Doubled),
        ];
    }

    private static TimeSpan Schedule(JobStorage storage, int run, int jobs, DateTimeOffset due)
    {
        var started = Stopwatch.GetTimestamp();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, producer =>
        {
            var client = new BackgroundJobClient(storage);
            for (var i = producer; i < jobs; i += 4)
            {
                var index = i;
                client.Schedule(() => Work.Count(run, index), due);
            }
        });
        return Stopwatch.GetElapsedTime(started);
    }
}
