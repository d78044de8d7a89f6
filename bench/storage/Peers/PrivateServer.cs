using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StorageBench.Peers;

/// <summary>Programs, ports and CPU times of the servers that the benchmark starts for itself.</summary>
internal static class PrivateServer
{
    /// <summary>The kernel counts CPU time of processes in hundredths of a second.</summary>
    private const double MicrosecondsPerTick = 10_000;

    public static string? Find(string program, params string[] moreFolders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(moreFolders)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs a program to its end and gives what it has printed.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}: {errors.Result}");
    }

    /// <summary>CPU time of a process and of its children, in microseconds.</summary>
    public static double Cpu(int processId)
    {
        var ticks = 0.0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            var fields = Fields(folder);
            if (fields.Length > 14 && (Path.GetFileName(folder) == Text(processId) || fields[1] == Text(processId)))
            {
                // utime and stime, and for the server itself those of children that have ended
                ticks += Number(fields[11]) + Number(fields[12]);
                ticks += Path.GetFileName(folder) == Text(processId) ? Number(fields[13]) + Number(fields[14]) : 0;
            }
        }

        return ticks * MicrosecondsPerTick;
    }

    private static string[] Fields(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            // the program's name stands in parentheses and may hold spaces
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
