namespace StorageBench.Scenarios;

/// <summary>One figure of one run.</summary>
internal readonly record struct Measure(string Name, double Value)
{
    public static IEnumerable<Measure> Percentiles(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return [new("p50 ms", At(sorted, 0.5)), new("p95 ms", At(sorted, 0.95)), new("p99 ms", At(sorted, 0.99))];
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
}
