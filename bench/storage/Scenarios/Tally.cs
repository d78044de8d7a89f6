using System.Diagnostics;

namespace StorageBench.Scenarios;

/// <summary>Counts the executions of each job of a run, and notes when they began.</summary>
internal sealed class Tally(int jobs) : IDisposable
{
    private static int _lastRun;

    private readonly int[] _runs = new int[jobs];
    private readonly double[] _latencies = new double[jobs];
    private readonly CountdownEvent _left = new(Math.Max(jobs, 1));
    private readonly AutoResetEvent _noted = new(false);
    private long _first, _last, _parentEnded;

    public int Run { get; } = Interlocked.Increment(ref _lastRun);

    public AutoResetEvent Gate { get; } = new(false);

    public long ParentEnded
    {
        get => Interlocked.Read(ref _parentEnded);
        set => Interlocked.Exchange(ref _parentEnded, value);
    }

    public int Lost => _runs.Count(runs => runs == 0);

    /// <summary>Executions beyond the first of each job.</summary>
    public int Doubled => _runs.Sum(runs => Math.Max(runs - 1, 0));

    public long LastStarted => Interlocked.Read(ref _last);

    public long FirstStarted => Interlocked.Read(ref _first);

    /// <summary>Between the first and the last start.</summary>
    public TimeSpan Took => Stopwatch.GetElapsedTime(FirstStarted, LastStarted);

    public IReadOnlyList<double> Latencies => _latencies;

    public void Note(int run, int index, long sent)
    {
        var now = Stopwatch.GetTimestamp();
        if (run != Run)
        {
            return;
        }

        Interlocked.CompareExchange(ref _first, now, 0);
        if (Interlocked.Increment(ref _runs[index]) == 1)
        {
            _latencies[index] = Stopwatch.GetElapsedTime(sent, now).TotalMilliseconds;
            long last;
            while ((last = LastStarted) < now && Interlocked.CompareExchange(ref _last, now, last) != last)
            {
            }

            _left.Signal();
        }

        _noted.Set();
    }

    /// <summary>Waits for a single job.</summary>
    public bool WaitForNext() => _noted.WaitOne(TimeSpan.FromSeconds(30));

    public void WaitForAll(TimeSpan longest) => _left.Wait(longest);

    public void Dispose()
    {
        _left.Dispose();
        _noted.Dispose();
        Gate.Dispose();
    }
}
