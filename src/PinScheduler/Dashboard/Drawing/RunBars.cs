using System.Globalization;
using PinScheduler.Orchestration.Api;

namespace PinScheduler.Dashboard.Drawing;

/// <summary>Runs as bars from the oldest to the newest: height is how long, colour is how it ended; each leads to its run.</summary>
internal static class RunBars
{
    private const int Gap = 2;
    private const int Least = 3;

    /// <param name="runs">Newest first.</param>
    /// <param name="width">Of a bar with its gap.</param>
    /// <param name="height">Of the longest.</param>
    /// <param name="now">How long a run has gone on that is not over.</param>
    /// <param name="urlOf">Of a run's page.</param>
    public static PageHtml Of(IReadOnlyList<RunView> runs, int width, int height, DateTime now, Func<string, string> urlOf)
    {
        var longest = Math.Max(1, runs.Select(run => Seconds(run, now)).DefaultIfEmpty(0).Max());
        var html = new PageHtml().Add($"<svg class=\"ps-bars\" width=\"{runs.Count * width}\" height=\"{height}\" role=\"group\" aria-label=\"The last {runs.Count} runs, the newest on the right\">");
        foreach (var (place, run) in runs.Reverse().Index())
        {
            var tall = Math.Max(Least, (int)Math.Round(Seconds(run, now) / longest * height));
            var say = Say(run, now);
            html.Add($"<a href=\"{urlOf(run.Id)}\" aria-label=\"{say}\"><title>{say}</title><rect class=\"ps-bar-back\" x=\"{place * width}\" width=\"{width}\" height=\"{height}\"/><rect class=\"ps-fill-{run.State}\" x=\"{place * width}\" y=\"{height - tall}\" width=\"{width - Gap}\" height=\"{tall}\"/></a>");
        }

        return html.Add($"</svg>");
    }

    /// <summary>The longest of them, for the scale's upper end.</summary>
    public static string Longest(IReadOnlyList<RunView> runs, DateTime now) => PageHtml.Duration(TimeSpan.FromSeconds(runs.Select(run => Seconds(run, now)).DefaultIfEmpty(0).Max()));

    private static string Say(RunView run, DateTime now) => string.Create(CultureInfo.InvariantCulture,
        $"Run {run.Id} for {run.LogicalDate:yyyy-MM-dd}: {run.State}{(run.StartedAt is null ? "" : $", {PageHtml.Duration(run.Took(now))}")}, {run.Trigger}{(run.Warnings.Count == 0 ? "" : $", {run.Warnings.Count} warnings")}");

    private static double Seconds(RunView run, DateTime now) => Math.Max(0, run.Took(now)?.TotalSeconds ?? 0);
}
