using System.Diagnostics;
using Hangfire;
using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>Single jobs for an idle server, from the call of Enqueue to the start of the job, in one process.</summary>
internal sealed class LatencyScenario() : Scenario("latency", "Enqueue to start, idle server of 10 workers, one process")
{
    public override IEnumerable<Measure> Run(IPeer peer, Settings settings)
    {
        var storage = peer.Open();
        using var tally = Work.Expect(settings.Samples);
        var run = tally.Run;
        var client = new BackgroundJobClient(storage);
        using (Serve(storage, workers: 10))
        {
            Thread.Sleep(500);
            for (var i = 0; i < settings.Samples; i++)
            {
                var (index, sent) = (i, Stopwatch.GetTimestamp());
                client.Enqueue(() => Work.Stamp(run, index, sent));
                tally.WaitForNext();
                // longer than a job takes to be acknowledged, and not in step with a poll
                Thread.Sleep(Random.Shared.Next(5, 25));
            }
        }

        Close(storage);
        return [.. Measure.Percentiles(tally.Latencies.Where(latency => latency > 0)), new("lost", tally.Lost), new("doubled", tally.Doubled)];
    }
}
