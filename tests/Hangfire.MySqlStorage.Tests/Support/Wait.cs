using System.Diagnostics;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Wait
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static void Until(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"Waited {Deadline.TotalSeconds} s in vain: {what}.");
            Thread.Sleep(5);
        }
    }

    public static void For(WaitHandle handle, string what) => Assert.True(handle.WaitOne(Deadline), $"Waited {Deadline.TotalSeconds} s in vain: {what}.");
}
