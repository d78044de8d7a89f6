using Hangfire;
using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>From a job's end to the start of its continuation, or of the last of a chain of them, on an otherwise idle server.</summary>
internal sealed class ContinuationScenario(int length, double share) : Scenario(
    length == 1 ? "continuation" : "chain",
    length == 1 ? "Parent's end to its continuation's start, 10 workers" : $"Parent's end to the start of the last of {length} continuations in a chain, 10 workers")
{
    public override IEnumerable<Measure> Run(IPeer peer, Settings settings)
    {
        var samples = Math.Max((int)(settings.Samples * share), 5);
        var storage = peer.Open();
        using var tally = Work.Expect(samples * length);
        var run = tally.Run;
        var client = new BackgroundJobClient(storage);
        var latencies = new List<double>();
        using (Serve(storage, workers: 10))
        {
            for (var i = 0; i < samples; i++)
            {
                var parent = client.Enqueue(() => Work.Parent(run, 0));
                for (var j = 0; j < length; j++)
                {
                    var index = (i * length) + j;
                    parent = client.ContinueJobWith(parent, () => Work.Child(run, index));
                }

                Thread.Sleep(Random.Shared.Next(20, 40));
                tally.Gate.Set();
                for (var j = 0; j < length; j++)
                {
                    tally.WaitForNext();
                }

                latencies.Add(tally.Latencies[(i * length) + length - 1]);
            }
        }

        Close(storage);
        return [.. Measure.Percentiles(latencies.Where(latency => latency > 0)), new("lost", tally.Lost), new("doubled", tally.Doubled)];
    }
}
