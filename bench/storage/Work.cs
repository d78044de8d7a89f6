using System.Diagnostics;
using StorageBench.Scenarios;

namespace StorageBench;

/// <summary>The methods that the measured jobs call.</summary>
public static class Work
{
    private static Tally _tally = new(0);

    /// <summary>Begins to count anew; a late job of an earlier run counts no more.</summary>
    internal static Tally Expect(int jobs) => _tally = new Tally(jobs);

    /// <summary>The empty job: it counts itself, so that a lost or doubled one is seen.</summary>
    public static void Count(int run, int index) => _tally.Note(run, index, 0);

    /// <summary>A job that measures how long ago it was sent, by the machine's clock that all processes share.</summary>
    public static void Stamp(int run, int index, long sent) => _tally.Note(run, index, sent);

    /// <summary>A job that ends when it may, and notes when.</summary>
    public static void Parent(int run, int index)
    {
        _tally.Gate.WaitOne();
        _tally.ParentEnded = Stopwatch.GetTimestamp();
    }

    /// <summary>A continuation: measures how long ago its parent, the first of the chain, ended.</summary>
    public static void Child(int run, int index) => _tally.Note(run, index, _tally.ParentEnded);
}
