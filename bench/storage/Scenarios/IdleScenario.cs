using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>What a server of 20 workers without any job asks of the database.</summary>
internal sealed class IdleScenario() : Scenario("idle", "Idle server of 20 workers")
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(4);

    public override bool Fits(IPeer peer) => peer.IsShared;

    public override IEnumerable<Measure> Run(IPeer peer, Settings settings)
    {
        var storage = peer.Open();
        Traffic traffic;
        double cpu;
        using (Serve(storage, workers: 20))
        {
            Thread.Sleep(Settling);
            var before = peer.Read();
            var cpuBefore = Environment.CpuUsage.TotalTime;
            Thread.Sleep(settings.Idle);
            cpu = (Environment.CpuUsage.TotalTime - cpuBefore).TotalMilliseconds;
            traffic = peer.Read() - before;
        }

        Close(storage);
        var seconds = settings.Idle.TotalSeconds;
        return
        [
            new("statements/s", traffic.Statements / seconds), new("all tx/s", traffic.Transactions / seconds), new("writing tx/s", traffic.Writes / seconds),
            new("client CPU ms/s", cpu / seconds), new("server CPU ms/s", traffic.ServerCpu / 1000 / seconds),
        ];
    }
}
