using System.Globalization;
using System.Text;
using PinScheduler.Inspection.Topics;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>How far the drain of a topic was behind, over the last day: a column for each ten minutes, pale where it is not known.</summary>
internal static class LagChart
{
    public const int MinutesEach = 10;
    public const int Steps = 24 * 60 / MinutesEach;

    private const int Column = 3;
    private const int Wide = Steps * Column;
    private const int Top = 18;
    private const int Plot = 90;
    private const int Bottom = 22;
    private const int Lines = 2;
    private const int Labels = 4;

    public static PageHtml Of(IEnumerable<LagStep> steps, string topic)
    {
        // the window begins within a step
        var known = steps.Where(static step => step.Ago is >= 0 and < Steps).ToDictionary(static step => step.Ago, static step => step.Most);
        if (known.Count == 0)
        {
            return new PageHtml().Add($"<p class=\"ps-note\">How far it was behind over the day is noted each minute from now on.</p>");
        }

        var most = known.Values.Max();
        var figures = new Figures("Not yet drained");
        var scale = Scale.Of(0, Math.Max(most, Lines), Lines, whole: true);
        // the plot is stretched to the page's width, the letters are not
        var html = new PageHtml().Add($"<svg class=\"ps-chart ps-lag\" width=\"100%\" height=\"{Top + Plot + Bottom}\" role=\"img\" aria-label=\"{figures.What} of {topic} over the last 24 hours: {most:N0} at most, {known.MinBy(static step => step.Key).Value:N0} at last\"><svg y=\"{Top}\" width=\"100%\" height=\"{Plot}\" viewBox=\"0 0 {Wide} {Plot}\" preserveAspectRatio=\"none\">");
        var unknown = new StringBuilder();
        for (var ago = Steps - 1; ago >= 0; ago--)
        {
            var x = (Steps - 1 - ago) * Column;
            if (known.TryGetValue(ago, out var lag))
            {
                var height = Math.Max(1, lag / scale.To * Plot);
                html.Add($"<rect class=\"ps-series-0\" x=\"{x}\" width=\"{Column}\" y=\"{Number(Plot - height)}\" height=\"{Number(height)}\"><title>{When(ago)}: {lag:N0} not drained, at most</title></rect>");
            }
            else
            {
                unknown.Append(CultureInfo.InvariantCulture, $"M{x} 0h{Column}v{Plot}h-{Column}z");
            }
        }

        html.Add(unknown.Length == 0 ? new PageHtml() : new PageHtml().Add($"<path class=\"ps-chart-unknown\" d=\"{unknown}\"/>")).Add($"</svg>");
        foreach (var tick in scale.Ticks)
        {
            var y = Number(Top + (Plot * (1 - (tick / scale.To))));
            html.Add($"<line class=\"ps-chart-grid\" x1=\"0\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>").Add(tick == 0 ? new PageHtml() : new PageHtml().Add($"<text class=\"ps-chart-label\" x=\"2\" y=\"{y}\" dy=\"-4\">{figures.Short(tick)}</text>"));
        }

        for (var label = 0; label <= Labels; label++)
        {
            html.Add($"<text class=\"ps-chart-label\" x=\"{100 * label / Labels}%\" y=\"{Top + Plot + Bottom - 6}\" text-anchor=\"{(label == Labels ? "end" : label == 0 ? "start" : "middle")}\">{(label == Labels ? "now" : $"{24 * (Labels - label) / Labels} h ago")}</text>");
        }

        return html.Add($"</svg>");
    }

    private static string When(int ago) => ago == 0 ? $"the last {MinutesEach} minutes" : $"{PageHtml.Duration(TimeSpan.FromMinutes(ago * MinutesEach))} ago";

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
