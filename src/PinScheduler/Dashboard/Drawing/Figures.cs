using System.Globalization;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>What a chart's figures are, and how they are written.</summary>
internal sealed record Figures(string What, bool AreYears = false)
{
    public static Figures OfColumn(string column) => new(column, IsYear(column));

    /// <summary>A year is a number that nobody counts with.</summary>
    public static bool IsYear(string column) => column.Contains("year", StringComparison.Ordinal);

    public string Full(double value) => value.ToString(AreYears ? "0" : value == Math.Truncate(value) ? "N0" : "#,0.##", CultureInfo.InvariantCulture);

    /// <summary>Where there is little room.</summary>
    public string Short(double value) => Math.Abs(value) switch
    {
        >= 1e9 => (value / 1e9).ToString("0.## 'bn'", CultureInfo.InvariantCulture),
        >= 1e6 => (value / 1e6).ToString("0.## 'M'", CultureInfo.InvariantCulture),
        _ => Full(value),
    };
}
