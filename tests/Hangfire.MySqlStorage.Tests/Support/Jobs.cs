using System.Collections.Concurrent;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>Methods for jobs of tests; what they did is kept by a name that each test makes up.</summary>
public static class Jobs
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Runs = new();
    private static readonly ConcurrentDictionary<string, ManualResetEventSlim> Gates = new();

    public static ConcurrentQueue<string> RunsOf(string test) => Runs.GetOrAdd(test, _ => new());

    /// <summary>Closed until the test sets it.</summary>
    public static ManualResetEventSlim Gate(string test) => Gates.GetOrAdd(test, _ => new());

    public static void Nothing()
    {
    }

    public static void Take(string text) => _ = text;

    public static void Run(string test, string what) => RunsOf(test).Enqueue(what);

    public static void RunThroughGate(string test, string what)
    {
        RunsOf(test).Enqueue(what);
        Assert.True(Gate(test).Wait(Wait.Deadline), "the gate was never opened");
    }

    [AutomaticRetry(Attempts = 0)]
    public static void Fail(string message) => throw new InvalidOperationException(message);
}
