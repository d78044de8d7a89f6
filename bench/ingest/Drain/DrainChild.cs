using System.Diagnostics;
using System.Globalization;

namespace IngestBench.Drain;

/// <summary>One way in a process of its own, warmed up by drains that do not count, for a server has long been compiled: its time, its processor's and its peak of memory.</summary>
internal static class DrainChild
{
    public const string Command = "drain-child";
    public const string Bare = "bare";
    public const string Careful = "careful";
    public const string Native = "native";
    public const string NativeInTurn = "native-in-turn";
    public const string Confluent = "confluent";

    private const double WarmUpSeconds = 6;

    public sealed record Outcome(long Records, double Seconds, double CpuSeconds, double PeakMegabytes);

    public static Outcome Start(string way, string brokers, string database, int partitions, int? queueKilobytes)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "IngestBench.dll"), Command, way, brokers, database, $"{partitions}", $"{queueKilobytes}"];
        // as ./run starts the server
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, Environment = { ["MALLOC_ARENA_MAX"] = "2" } })!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return process.ExitCode == 0
            ? new Outcome(long.Parse(words[0], CultureInfo.InvariantCulture), Number(words[1]), Number(words[2]), Number(words[3]))
            : throw new InvalidOperationException($"The way '{way}' failed; its reason stands above.");
    }

    public static async Task<int> RunAsync(string way, string brokers, string database, int partitions, int? queueKilobytes)
    {
        var folder = Directory.CreateTempSubdirectory("ingest-bench-drain-");
        try
        {
            await using var ours = way is Bare or Careful ? null : new OurDrain(brokers, database, folder.FullName, way != Confluent, queueKilobytes);
            var (records, seconds, cpu, begun) = (0L, 0.0, TimeSpan.Zero, Stopwatch.GetTimestamp());
            for (var (run, isWarm) = (1, false); !isWarm; run++)
            {
                isWarm = Stopwatch.GetElapsedTime(begun).TotalSeconds > WarmUpSeconds;
                await (ours?.ForgetAsync(default) ?? Task.CompletedTask);
                var (started, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                records = ours is null ? BareLoop.Run(brokers, partitions, folder.FullName, way == Careful) : await ours.RunAsync(run, way != NativeInTurn, default);
                (seconds, cpu) = (Stopwatch.GetElapsedTime(started).TotalSeconds, Environment.CpuUsage.TotalTime - before);
            }

            Console.Write(string.Create(CultureInfo.InvariantCulture, $"{records} {seconds} {cpu.TotalSeconds} {Produce.BenchServer.PeakOf(Environment.ProcessId)}"));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
