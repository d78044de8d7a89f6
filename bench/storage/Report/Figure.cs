using System.Globalization;

namespace StorageBench.Report;

internal static class Figure
{
    /// <summary>As many digits as say something.</summary>
    public static string Text(double value) => value switch
    {
        double.NaN => "–",
        0 => "0",
        _ => Math.Abs(value) switch
        {
            >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
            _ => value.ToString("0.00", CultureInfo.InvariantCulture),
        },
    };
}
