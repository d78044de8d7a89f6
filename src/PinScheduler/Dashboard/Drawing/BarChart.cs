using System.Globalization;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>Bars that lie, a line each, with their names before and their figures after them.</summary>
internal static class BarChart
{
    private const int Row = 20;
    private const int Thin = 12;
    private const int MostSmall = 8;
    private const int MostLarge = 40;

    public static PageHtml Of(List<ChartPoint> points, string what, bool large)
    {
        var most = large ? MostLarge : MostSmall;
        // few are shown as the query orders them; of many, the largest
        var shown = points.Count <= most ? points : [.. points.OrderByDescending(static point => point.Y).Take(most)];
        var largest = Math.Max(double.Epsilon, shown.Max(static point => Math.Abs(point.Y)));
        var html = new PageHtml().Add($"<svg class=\"ps-chart\" width=\"100%\" height=\"{(shown.Count * Row) + 2}\" role=\"img\" aria-label=\"{what}: {string.Join(", ", shown.Take(5).Select(static point => $"{Name(point)} {Figure(point.Y)}"))}\">");
        foreach (var (row, point) in shown.Index())
        {
            var y = row * Row;
            html.Add($"<text class=\"ps-chart-label\" x=\"39%\" y=\"{y + 13}\" text-anchor=\"end\">{Short(Name(point), large ? 60 : 22)}<title>{Name(point)}: {Figure(point.Y)}</title></text><rect class=\"ps-series-0\" x=\"40%\" y=\"{y + 3}\" height=\"{Thin}\" width=\"{(45 * Math.Abs(point.Y) / largest).ToString("0.##", CultureInfo.InvariantCulture)}%\"/>")
                .Add($"<text class=\"ps-chart-label\" x=\"{(40.6 + (45 * Math.Abs(point.Y) / largest)).ToString("0.##", CultureInfo.InvariantCulture)}%\" y=\"{y + 13}\">{(large ? Figure(point.Y) : Rounded(point.Y))}</text>");
        }

        html.Add($"</svg>");
        return shown.Count == points.Count ? html : html.Add($"<p class=\"ps-note\">The {shown.Count} largest of {points.Count:N0}.</p>");
    }

    /// <summary>Short, where there is little room.</summary>
    public static string Rounded(double value) => Math.Abs(value) switch
    {
        >= 1e9 => (value / 1e9).ToString("0.## 'bn'", CultureInfo.InvariantCulture),
        >= 1e6 => (value / 1e6).ToString("0.## 'M'", CultureInfo.InvariantCulture),
        _ => Figure(value),
    };

    public static string Figure(double value) => value.ToString(value == Math.Truncate(value) ? "N0" : "#,0.##", CultureInfo.InvariantCulture);

    public static string Short(string text, int letters) => text.Length <= letters ? text : text[..(letters - 1)] + "…";

    private static string Name(ChartPoint point) => point.Series.Length == 0 ? point.X : $"{point.X}, {point.Series}";
}
