using System.Diagnostics;
using PinScheduler.Stages;

namespace IngestBench.Drain;

/// <summary>`kcat`, a topic after the other, each into a file.</summary>
internal static class Kcat
{
    public static bool IsThere { get; } = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kcat")));

    public static double Run(string brokers)
    {
        var folder = Directory.CreateTempSubdirectory("ingest-bench-kcat-");
        try
        {
            var started = Stopwatch.GetTimestamp();
            foreach (var set in DataSet.All)
            {
                using var process = Process.Start("bash", ["-c", "kcat -C -q -e -X check.crcs=false -X queued.min.messages=1000000 -b \"$0\" -t \"$1\" -o beginning > \"$2\"", brokers, Records.Topic(set), Path.Combine(folder.FullName, set.Key)]);
                process.WaitForExit();
                if (process.ExitCode != 0)
                {
                    throw new InvalidOperationException($"kcat ended with {process.ExitCode}; its reason stands above.");
                }
            }

            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
