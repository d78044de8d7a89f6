using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using StorageBench.Peers;
using StorageBench.Scenarios;

namespace StorageBench.Report;

/// <summary>Where the figures were taken.</summary>
internal static class Machine
{
    public static IEnumerable<string> Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        return
        [
            $"{Environment.ProcessorCount} cores ({model}), {Figure.Text(memory)} GiB, Linux {PrivateServer.Run("uname", "-r")}, {RuntimeInformation.FrameworkDescription}",
            $"write and sync of 512 bytes to disk: p50 {Figure.Text(SyncLatency())} ms",
            $"load average at the start: {Load()} (other work on the machine included)",
        ];
    }

    public static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    private static double SyncLatency()
    {
        var path = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"storage-bench-sync-{Environment.ProcessId}"));
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var started = Stopwatch.GetTimestamp();
            file.Write(new byte[512]);
            file.Flush(flushToDisk: true);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Measure.Median(times);
    }
}
