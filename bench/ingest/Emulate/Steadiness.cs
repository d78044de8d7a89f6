using System.Diagnostics;

namespace IngestBench.Emulate;

/// <summary>How evenly acknowledged posts come, by the clock.</summary>
internal sealed class Steadiness
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<(double Second, long Done)> _noted = [];

    public void Note(long done)
    {
        lock (_noted)
        {
            _noted.Add((Stopwatch.GetElapsedTime(_started).TotalSeconds, done));
        }
    }

    /// <summary>Of all spans of so many seconds behind the first second, the one that is farthest from the rate, in percent of it.</summary>
    public double Worst(int seconds, double rate)
    {
        lock (_noted)
        {
            var last = (int)_noted.Max(note => note.Second);
            var at = Enumerable.Range(0, last + 1).Select(second => _noted.Where(note => note.Second <= second).Select(note => note.Done).DefaultIfEmpty().Max()).ToList();
            return Enumerable.Range(1, Math.Max(0, last - seconds)).Select(from => 100 * Math.Abs(((at[from + seconds] - at[from]) / (rate * seconds)) - 1)).DefaultIfEmpty(double.NaN).Max();
        }
    }
}
