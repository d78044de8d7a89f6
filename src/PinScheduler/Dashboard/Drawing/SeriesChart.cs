using System.Globalization;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>Several series over common places: lines, or columns beside each other.</summary>
internal static class SeriesChart
{
    private const int Left = 56;
    private const int Bottom = 22;
    private const int Top = 8;
    private const int GridLines = 4;

    // about what a place's name takes
    private const int LetterWidth = 8;
    private const int LettersAtLeast = 4;

    public static PageHtml Of(List<ChartPoint> points, List<string> places, List<string> series, int allSeries, string what, bool isLine, bool large)
    {
        var (width, height) = large ? (1080, 320) : (460, 190);
        var (plotWidth, plotHeight) = (width - Left - 8, height - Bottom - Top);
        var (least, most) = (Math.Min(0, points.Min(static point => point.Y)), Math.Max(0, points.Max(static point => point.Y)));
        var ceiling = Round(Math.Max(most - least, double.Epsilon)) + least;
        double Y(double value) => Top + (plotHeight * (1 - ((value - least) / (ceiling - least))));
        double X(int place) => Left + ((place + 0.5) * plotWidth / places.Count);
        var html = new PageHtml().Add($"<svg class=\"ps-chart ps-chart-{(large ? "large" : "small")}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{what} of {string.Join(", ", series.Take(5))} by {string.Join(", ", places.Take(8))}\">");
        for (var line = 0; line <= GridLines; line++)
        {
            var value = least + ((ceiling - least) * line / GridLines);
            html.Add($"<path class=\"ps-chart-grid\" d=\"M{Left} {Number(Y(value))}H{width - 8}\"/><text class=\"ps-chart-label\" x=\"{Left - 6}\" y=\"{Number(Y(value) + 4)}\" text-anchor=\"end\">{BarChart.Rounded(value)}</text>");
        }

        var room = plotWidth / places.Count / LetterWidth;
        // where names have less room, some are left out
        var every = room >= LettersAtLeast ? 1 : (int)Math.Ceiling((LettersAtLeast + 1.0) * places.Count * LetterWidth / plotWidth);
        foreach (var (place, name) in places.Index().Where(place => place.Index % every == 0))
        {
            html.Add($"<text class=\"ps-chart-label\" x=\"{Number(X(place))}\" y=\"{height - 6}\" text-anchor=\"middle\">{BarChart.Short(name, Math.Max(LettersAtLeast, (room * every) - 1))}<title>{name}</title></text>");
        }

        foreach (var (index, name) in series.Index())
        {
            var own = points.Where(point => point.Series == name).GroupBy(static point => point.X).ToDictionary(static place => place.Key, static place => place.First().Y, StringComparer.Ordinal);
            html.Add(isLine ? Line(own, places, index, name, X, Y) : Columns(own, places, (index, series.Count), name, X, value => Y(value), plotWidth / places.Count));
        }

        html.Add($"</svg>");
        return series.Count == 1 && series[0].Length == 0 ? html : html.Add(Legend(series, allSeries));
    }

    private static PageHtml Line(Dictionary<string, double> own, List<string> places, int index, string name, Func<int, double> x, Func<double, double> y)
    {
        var there = places.Index().Where(place => own.ContainsKey(place.Item)).Select(place => (X: x(place.Index), Y: y(own[place.Item]), place.Item)).ToList();
        var html = new PageHtml().Add($"<polyline class=\"ps-line-{index}\" points=\"{string.Join(' ', there.Select(static point => $"{Number(point.X)},{Number(point.Y)}"))}\"/>");
        foreach (var point in there)
        {
            html.Add($"<circle class=\"ps-series-{index}\" cx=\"{Number(point.X)}\" cy=\"{Number(point.Y)}\" r=\"3\"><title>{(name.Length == 0 ? "" : name + ", ")}{point.Item}: {BarChart.Figure(own[point.Item])}</title></circle>");
        }

        return html;
    }

    private static PageHtml Columns(Dictionary<string, double> own, List<string> places, (int Index, int Count) series, string name, Func<int, double> x, Func<double, double> y, double step)
    {
        var wide = Math.Max(1, step * 0.8 / series.Count);
        var html = new PageHtml();
        foreach (var (place, key) in places.Index().Where(place => own.ContainsKey(place.Item)))
        {
            var (from, to) = (y(Math.Max(0, own[key])), y(Math.Min(0, own[key])));
            html.Add($"<rect class=\"ps-series-{series.Index}\" x=\"{Number(x(place) + ((series.Index - (series.Count / 2.0)) * wide))}\" width=\"{Number(wide)}\" y=\"{Number(from)}\" height=\"{Number(Math.Max(0.5, to - from))}\"><title>{(name.Length == 0 ? "" : name + ", ")}{key}: {BarChart.Figure(own[key])}</title></rect>");
        }

        return html;
    }

    private static PageHtml Legend(List<string> series, int all)
    {
        var html = new PageHtml().Add($"<p class=\"ps-legend\">");
        foreach (var (index, name) in series.Index())
        {
            html.Add($"<span><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"ps-series-{index}\" width=\"10\" height=\"10\"/></svg> {name}</span>");
        }

        return html.Add($"{(all > series.Count ? $"the {series.Count} largest of {all}" : "")}</p>");
    }

    /// <summary>1, 2, 2.5, 5 or 10 times a power of ten: ends of a scale that one reads at a glance.</summary>
    public static double Round(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1, 2, 2.5, 4, 5, 8, 10 }.Select(factor => factor * power).First(end => end >= value * 0.9999);
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
