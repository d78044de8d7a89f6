using System.Globalization;

namespace WarehouseBench.Report;

/// <summary>What the kernel counts of another process.</summary>
internal static class ProcessFigures
{
    // USER_HZ, which the kernel shows to programs, is 100 on every architecture of today
    private const double TicksASecond = 100;

    public static double CpuSeconds(int process)
    {
        // the program's name, in brackets, may hold blanks
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksASecond;
    }

    /// <summary>Resident memory at its highest since <see cref="ForgetPeak"/>, in MB.</summary>
    public static double PeakMegabytes(int process) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    public static void ForgetPeak(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");
}
