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

    public static PageHtml Of(List<ChartPoint> points, List<string> places, List<string> series, int allSeries, Figures figures, bool isLine, bool large)
    {
        // small letters of a drawing that is made to fit a telephone are not read
        var html = new PageHtml().Add(Drawing(large ? (1080, 320) : (460, 190), large ? "large" : "small")).Add(Drawing((320, 220), "narrow"));
        return series.Count == 1 && series[0].Length == 0 ? html : html.Add(Legend(series, allSeries));

        PageHtml Drawing((int, int) size, string name) => Of(points, places, series, figures, isLine, size, name);
    }

    private static PageHtml Of(List<ChartPoint> points, List<string> places, List<string> series, Figures figures, bool isLine, (int, int) size, string sizeName)
    {
        var (width, height) = size;
        var (plotWidth, plotHeight) = (width - Left - 8, height - Bottom - Top);
        var scale = Scale.Of(Math.Min(0, points.Min(static point => point.Y)), Math.Max(0, points.Max(static point => point.Y)), GridLines, points.TrueForAll(static point => point.Y == Math.Truncate(point.Y)));
        double Y(double value) => Top + (plotHeight * (1 - ((value - scale.From) / (scale.To - scale.From))));
        double X(int place) => Left + ((place + 0.5) * plotWidth / places.Count);
        var html = new PageHtml().Add($"<svg class=\"ps-chart ps-chart-{sizeName}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{figures.What} of {string.Join(", ", series.Take(5))} by {string.Join(", ", places.Take(8))}\">");
        foreach (var value in scale.Ticks)
        {
            html.Add($"<path class=\"ps-chart-grid\" d=\"M{Left} {Number(Y(value))}H{width - 8}\"/><text class=\"ps-chart-label\" x=\"{Left - 6}\" y=\"{Number(Y(value) + 4)}\" text-anchor=\"end\">{figures.Short(value)}</text>");
        }

        var room = plotWidth / places.Count / LetterWidth;
        // where names have less room, some are left out
        var every = room >= LettersAtLeast ? 1 : (int)Math.Ceiling((LettersAtLeast + 1.0) * places.Count * LetterWidth / plotWidth);
        foreach (var (place, name) in places.Index().Where(place => place.Index % every == 0))
        {
            html.Add($"<text class=\"ps-chart-label\" x=\"{Number(X(place))}\" y=\"{height - 6}\" text-anchor=\"middle\">{Short(name, Math.Max(LettersAtLeast, (room * every) - 1))}<title>{name}</title></text>");
        }

        foreach (var (index, name) in series.Index())
        {
            var own = points.Where(point => point.Series == name).GroupBy(static point => point.X).ToDictionary(static place => place.Key, static place => place.First().Y, StringComparer.Ordinal);
            html.Add(isLine ? Line(own, places, index, name, figures, X, Y) : Columns(own, places, (index, series.Count), name, figures, X, Y, plotWidth / places.Count));
        }

        return html.Add($"</svg>");
    }

    private static PageHtml Line(Dictionary<string, double> own, List<string> places, int index, string name, Figures figures, Func<int, double> x, Func<double, double> y)
    {
        var there = places.Index().Where(place => own.ContainsKey(place.Item)).Select(place => (X: x(place.Index), Y: y(own[place.Item]), place.Item)).ToList();
        var html = new PageHtml().Add($"<polyline class=\"ps-line-{index}\" points=\"{string.Join(' ', there.Select(static point => $"{Number(point.X)},{Number(point.Y)}"))}\"/>");
        foreach (var point in there)
        {
            html.Add($"<circle class=\"ps-series-{index}\" cx=\"{Number(point.X)}\" cy=\"{Number(point.Y)}\" r=\"3\"><title>{(name.Length == 0 ? "" : name + ", ")}{point.Item}: {figures.Full(own[point.Item])}</title></circle>");
        }

        return html;
    }

    private static PageHtml Columns(Dictionary<string, double> own, List<string> places, (int Index, int Count) series, string name, Figures figures, Func<int, double> x, Func<double, double> y, double step)
    {
        var wide = Math.Max(1, step * 0.8 / series.Count);
        var html = new PageHtml();
        foreach (var (place, key) in places.Index().Where(place => own.ContainsKey(place.Item)))
        {
            var (from, to) = (y(Math.Max(0, own[key])), y(Math.Min(0, own[key])));
            html.Add($"<rect class=\"ps-series-{series.Index}\" x=\"{Number(x(place) + ((series.Index - (series.Count / 2.0)) * wide))}\" width=\"{Number(wide)}\" y=\"{Number(from)}\" height=\"{Number(Math.Max(0.5, to - from))}\"><title>{(name.Length == 0 ? "" : name + ", ")}{key}: {figures.Full(own[key])}</title></rect>");
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

    private static string Short(string text, int letters) => text.Length <= letters ? text : text[..(letters - 1)] + "…";

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
