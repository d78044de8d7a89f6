using StorageBench.Peers;
using StorageBench.Report;
using StorageBench.Scenarios;

namespace StorageBench;

/// <summary>Runs scenarios on storages, round by round, so that a change of the machine's load meets them all.</summary>
internal sealed class Comparison(Settings settings, int rounds, Output output)
{
    /// <summary>Jobs before anything is measured: code is compiled in stages.</summary>
    private const int WarmUpJobs = 600;

    public int Run(IReadOnlyList<Scenario> scenarios, IReadOnlyList<string> names)
    {
        output.Heading("Machine");
        Machine.Describe().ToList().ForEach(output.Line);
        var peers = new List<IPeer>();
        try
        {
            output.Heading("Storages");
            foreach (var name in names)
            {
                Start(name, peers);
            }

            var results = new Results();
            for (var round = 1; round <= rounds; round++)
            {
                foreach (var scenario in scenarios)
                {
                    foreach (var peer in peers.Where(scenario.Fits))
                    {
                        Output.Progress($"round {round}/{rounds}  {scenario.Name}  {peer.Name}");
                        results.Add(scenario.Name, peer.Name, scenario.Run(peer, settings));
                    }
                }
            }

            foreach (var scenario in scenarios)
            {
                if (results.Table(scenario, [.. peers.Select(peer => peer.Name)]) is { } table)
                {
                    output.Write(table);
                }
            }

            output.Heading($"Load average at the end: {Machine.Load()}");
            return 0;
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    private void Start(string name, List<IPeer> peers)
    {
        var peer = PeerList.Create(name, settings.Poll);
        if (peer.Start() is { } missing)
        {
            output.Line($"{name}: left out, {missing}");
            peer.Dispose();
            return;
        }

        peers.Add(peer);
        output.Line($"{name}: {peer.Version}");
        Output.Progress($"warming up {name}");
        var small = settings with { Jobs = (int)(WarmUpJobs / peer.Share) };
        new EnqueueScenario(producers: 4).Run(peer, small);
        new ProcessScenario(workers: 10).Run(peer, small);
    }
}
