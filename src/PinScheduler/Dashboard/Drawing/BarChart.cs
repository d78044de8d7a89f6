using System.Globalization;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>Bars that lie, a line each, with their names before and their figures after them.</summary>
internal static class BarChart
{
    private const int MostSmall = 8;
    private const int MostLarge = 40;

    public static PageHtml Of(List<ChartPoint> points, Figures figures, bool large)
    {
        var most = large ? MostLarge : MostSmall;
        // few are shown as the query orders them; of many, the largest
        var shown = points.Count <= most ? points : [.. points.OrderByDescending(static point => point.Y).Take(most)];
        var largest = Math.Max(double.Epsilon, shown.Max(static point => Math.Abs(point.Y)));
        var html = new PageHtml().Add($"<table class=\"ps-chart ps-lying{(large ? "" : " ps-chart-small")}\" aria-label=\"{figures.What}\"><tbody>");
        foreach (var point in shown)
        {
            var share = (100 * Math.Abs(point.Y) / largest).ToString("0.##'%'", CultureInfo.InvariantCulture);
            html.Add($"<tr title=\"{Name(point)}: {figures.Full(point.Y)}\"><th scope=\"row\">").Cut(Name(point))
                .Add($"</th><td><svg width=\"100%\" height=\"18\"><rect class=\"ps-series-0\" y=\"3\" height=\"12\" width=\"{share}\"/><text class=\"ps-chart-label\" x=\"{share}\" dx=\"5\" y=\"13\">{(large ? figures.Full(point.Y) : figures.Short(point.Y))}</text></svg></td></tr>");
        }

        html.Add($"</tbody></table>");
        return shown.Count == points.Count ? html : html.Add($"<p class=\"ps-note\">The {shown.Count} largest of {points.Count:N0}.</p>");
    }

    private static string Name(ChartPoint point) => point.Series.Length == 0 ? point.X : $"{point.X}, {point.Series}";
}
