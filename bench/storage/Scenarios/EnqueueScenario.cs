using System.Diagnostics;
using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>Jobs are enqueued as fast as it goes; no server runs.</summary>
internal sealed class EnqueueScenario(int producers) : Scenario($"enqueue{producers}", $"Enqueue, {producers} producer(s)")
{
    public override IEnumerable<Measure> Run(IPeer peer, Settings settings)
    {
        var jobs = (int)(settings.Jobs * peer.Share);
        var storage = peer.Open();
        using var tally = Work.Expect(jobs);
        Enqueue(storage, tally, producers * 4, producers);
        var before = peer.Read();
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        Enqueue(storage, tally, jobs, producers);
        var took = Stopwatch.GetElapsedTime(started);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var traffic = peer.Read() - before;
        Close(storage);
        return [new("jobs/s", jobs / took.TotalSeconds), .. PerJob(traffic, cpu, jobs)];
    }
}
