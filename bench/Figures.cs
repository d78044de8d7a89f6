using System.Globalization;
using System.Runtime.InteropServices;

namespace Bench;

internal static class Figures
{
    public static double Median(IEnumerable<double> values) => At(values, 0.5);

    public static double At(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public static string Text(double value) => double.IsNaN(value) ? "–" : value.ToString(value switch { >= 100 => "N0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);

    public static string Machine(string database)
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        return $"{Environment.ProcessorCount} cores ({model}), Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}, {database}, load average {Load()}";
    }

    public static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
