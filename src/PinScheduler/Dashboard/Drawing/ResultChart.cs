using System.Text.Json;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>Draws a result as its header's `chart` says: a line, columns of several series, or labelled bars.</summary>
internal static class ResultChart
{
    // what the eye can tell apart
    private const int MostSeries = 8;
    private const int MostPlaces = 30;

    // so few can all be named
    private const int Few = 12;

    /// <param name="chart">The header's hint; null or `table`: nothing is drawn.</param>
    /// <param name="columns">The result's columns.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="large">On the page of its own; else one of many.</param>
    public static PageHtml? Of(Chart? chart, IReadOnlyList<string> columns, IReadOnlyList<JsonElement[]> rows, bool large)
    {
        if (chart is not { Kind: "bar" or "line", X: { } xName, Y: { } yName } || rows.Count == 0)
        {
            return null;
        }

        var (x, y, by) = (IndexOf(columns, xName), IndexOf(columns, yName), chart.By is null ? -1 : IndexOf(columns, chart.By));
        if (x < 0 || y < 0)
        {
            return null;
        }

        var points = rows.Where(row => row[y].ValueKind == JsonValueKind.Number).Select(row => new ChartPoint(Label(row[x]), by < 0 ? "" : Label(row[by]), row[y].GetDouble())).ToList();
        if (points.Count == 0)
        {
            return null;
        }

        var places = points.Select(static point => point.X).Distinct().Count();
        // where each place has about one series, what it is called is the news: "Chile, art"
        if (chart.Kind == "bar" && (by < 0 || points.Count <= Few || places > MostPlaces || points.Count < places * 1.5))
        {
            return BarChart.Of(points, Figures.OfColumn(yName), large);
        }

        var series = points.GroupBy(static point => point.Series).OrderByDescending(static one => one.Sum(static point => Math.Abs(point.Y))).ToList();
        var shown = series.Take(MostSeries).Select(static one => one.Key).ToList();
        var kept = points.Where(point => shown.Contains(point.Series)).ToList();
        var order = Order(kept);
        return SeriesChart.Of(kept, order, shown, series.Count, Figures.OfColumn(yName), chart.Kind == "line", large);
    }

    // years and the like by their size, names as they come
    private static List<string> Order(List<ChartPoint> points)
    {
        var places = points.Select(static point => point.X).Distinct().ToList();
        return places.All(static place => decimal.TryParse(place, System.Globalization.CultureInfo.InvariantCulture, out _)) ? [.. places.OrderBy(static place => decimal.Parse(place, System.Globalization.CultureInfo.InvariantCulture))] : places;
    }

    private static string Label(JsonElement cell) => cell.ValueKind == JsonValueKind.Null ? "none" : cell.ToString();

    private static int IndexOf(IReadOnlyList<string> columns, string name) => columns.ToList().IndexOf(name);
}

internal sealed record ChartPoint(string X, string Series, double Y);
