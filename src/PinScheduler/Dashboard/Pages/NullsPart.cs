using System.Globalization;
using PinScheduler.Dashboard.Drawing;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Dashboard.Pages;

/// <summary>In how many of a run's records a column has no value, and whether that is as it was.</summary>
internal static class NullsPart
{
    // percentage points that one would ask about
    private const double Noticeable = 0.05;

    public static async Task<PageHtml> RenderAsync(PageRequest request, IReadOnlyCollection<long> runs)
    {
        var counts = (await request.Get<CleanedFiles>().NullsAsync(runs, request.Aborted)).Where(static one => one.Records > 0).OrderBy(static one => one.Run).ToList();
        if (counts.Count == 0)
        {
            return new PageHtml().Add($"<p class=\"ps-note\">None of the last runs has cleaned anything.</p>");
        }

        var html = new PageHtml().Add($"<div class=\"ps-scroll\" tabindex=\"0\"><table class=\"table table-hover\"><thead><tr><th>Column</th><th class=\"ps-number\">Last run</th><th class=\"ps-number\">Median before</th><th>Over the runs</th></tr></thead><tbody>");
        foreach (var set in counts.GroupBy(static one => one.DataSet))
        {
            foreach (var column in set.SelectMany(static one => one.Nulls.Keys).Distinct().Order(StringComparer.Ordinal))
            {
                var shares = set.Select(one => (double)one.Nulls.GetValueOrDefault(column) / one.Records).ToList();
                if (shares.Max() == 0)
                {
                    continue;
                }

                var before = shares[..^1].Order().ToList();
                var median = before.Count == 0 ? (double?)null : before[before.Count / 2];
                html.Add($"<tr><td class=\"ps-key\">clean_{set.Key}.{column}</td><td class=\"ps-number{(Math.Abs(shares[^1] - (median ?? shares[^1])) > Noticeable ? " ps-strong" : "")}\">{Percent(shares[^1])}</td><td class=\"ps-number\">{(median is { } usual ? Percent(usual) : "")}</td><td>").Add(Sparkline.Of([.. shares.Select(static share => share * 100)])).Add($"</td></tr>");
            }
        }

        return html.Add($"</tbody></table></div>");
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}
