using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>Counts the commands that an action's own thread sends to the database; each is a packet, and a round trip, however many statements it has.</summary>
public static class Packets
{
    private static readonly ConcurrentDictionary<ActivityTraceId, StrongBox<int>> Counted = new();

    static Packets() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = source => source.Name == "MySqlConnector",
        Sample = (ref options) =>
        {
            _ = options.Name == "Execute" && Counted.TryGetValue(options.Parent.TraceId, out var sent) ? Interlocked.Increment(ref sent.Value) : 0;
            return ActivitySamplingResult.None;
        },
    });

    public static int Of(Action action)
    {
        using var counting = new Activity("Count").SetIdFormat(ActivityIdFormat.W3C).Start();
        var sent = Counted[counting.TraceId] = new StrongBox<int>();
        try
        {
            action();
            return sent.Value;
        }
        finally
        {
            Counted.TryRemove(counting.TraceId, out _);
        }
    }
}
