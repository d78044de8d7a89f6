using System.Diagnostics;
using System.Globalization;
using Hangfire;
using StorageBench.Peers;

namespace StorageBench.Scenarios;

/// <summary>As <see cref="LatencyScenario"/>, but the jobs come from another process, which only the database tells of.</summary>
internal sealed class RemoteLatencyScenario() : Scenario("latency-remote", "Enqueue to start, idle server of 10 workers, enqueued by another process")
{
    public const string ChildCommand = "child-enqueue";

    /// <summary>Jobs that the child sends first, while its code is compiled.</summary>
    private const int WarmUp = 20;

    public override bool Fits(IPeer peer) => peer.IsShared;

    public override IEnumerable<Measure> Run(IPeer peer, Settings settings)
    {
        var storage = peer.Open();
        using var tally = Work.Expect(settings.Samples + WarmUp);
        using (Serve(storage, workers: 10))
        {
            string[] arguments = [ChildCommand, peer.Name, peer.Address, Text((int)settings.Poll.TotalMilliseconds), Text(tally.Run), Text(settings.Samples + WarmUp)];
            using var child = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(RemoteLatencyScenario).Assembly.Location, .. arguments]))!;
            child.WaitForExit();
            tally.WaitForAll(TimeSpan.FromSeconds(10));
        }

        Close(storage);
        return [.. Measure.Percentiles(tally.Latencies.Skip(WarmUp).Where(latency => latency > 0)), new("lost", tally.Lost), new("doubled", tally.Doubled)];
    }

    /// <summary>The other process.</summary>
    public static int Child(string[] arguments)
    {
        using var peer = PeerList.Create(arguments[0], TimeSpan.FromMilliseconds(Number(arguments[2])));
        var storage = peer.Connect(arguments[1]);
        var client = new BackgroundJobClient(storage);
        var run = Number(arguments[3]);
        for (var i = 0; i < Number(arguments[4]); i++)
        {
            Thread.Sleep(Random.Shared.Next(10, 60));
            var (index, sent) = (i, Stopwatch.GetTimestamp());
            client.Enqueue(() => Work.Stamp(run, index, sent));
        }

        Close(storage);
        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
