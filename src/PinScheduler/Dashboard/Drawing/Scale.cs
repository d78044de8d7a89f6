namespace PinScheduler.Dashboard.Drawing;

/// <summary>The ticks of an axis, which one reads at a glance; of whole figures they are whole, too.</summary>
internal sealed record Scale(double From, double Step, int Steps)
{
    private static readonly double[] Factors = [1, 2, 2.5, 4, 5, 10];

    // what is left of a division of fractions is no further step
    private const double Rest = 1e-9;

    public double To => From + (Step * Steps);

    public IEnumerable<double> Ticks => Enumerable.Range(0, Steps + 1).Select(tick => From + (Step * tick));

    /// <param name="least">Of the figures, or what the axis is to begin with.</param>
    /// <param name="most">Of the figures.</param>
    /// <param name="steps">About how many.</param>
    /// <param name="whole">Whether the figures are.</param>
    public static Scale Of(double least, double most, int steps, bool whole)
    {
        var step = Round(Math.Max((most - least) / steps, whole ? 1 : double.Epsilon), whole);
        var from = Math.Floor((least / step) + Rest) * step;
        return new Scale(from, step, Math.Max(1, (int)Math.Ceiling(((most - from) / step) - Rest)));
    }

    private static double Round(double step, bool whole)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return Factors.Select(factor => factor * power).First(round => round >= step * (1 - Rest) && (!whole || round == Math.Truncate(round)));
    }
}
