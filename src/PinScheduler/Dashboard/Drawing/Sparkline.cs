using System.Globalization;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>A line as small as a word: figures over the runs, from zero up.</summary>
internal static class Sparkline
{
    private const int Width = 100;
    private const int Height = 20;

    public static PageHtml Of(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return new PageHtml();
        }

        var most = Math.Max(1, values.Max());
        var points = string.Join(' ', values.Select((value, index) => string.Create(CultureInfo.InvariantCulture, $"{(double)index * Width / (values.Count - 1):0.#},{Height - 1 - (value * (Height - 2) / most):0.#}")));
        return new PageHtml().Add($"<svg class=\"ps-line\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"from {values[0]:N0} to {values[^1]:N0}\"><polyline points=\"{points}\"/></svg>");
    }
}
