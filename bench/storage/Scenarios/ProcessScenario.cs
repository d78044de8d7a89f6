using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>A server works off a backlog of empty jobs; measured from the first job's start to the last one's.</summary>
internal sealed class ProcessScenario(int workers) : Scenario($"process{workers}", $"Process a backlog, {workers} workers")
{
    public override IEnumerable<Measure> Run(IPeer peer, Settings settings)
    {
        var jobs = (int)(settings.Jobs * peer.Share);
        var storage = peer.Open();
        using var tally = Work.Expect(jobs);
        Enqueue(storage, tally, jobs, producers: 4);
        var before = peer.Read();
        var cpu = Environment.CpuUsage.TotalTime;
        using (Serve(storage, workers))
        {
            tally.WaitForAll(settings.Longest);
            cpu = Environment.CpuUsage.TotalTime - cpu;
        }

        var traffic = peer.Read() - before;
        Close(storage);
        return [new("jobs/s", (jobs - 1) / tally.Took.TotalSeconds), .. PerJob(traffic, cpu, jobs), new("doubled", tally.Doubled), new("lost", tally.Lost)];
    }
}
