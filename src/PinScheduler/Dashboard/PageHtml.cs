using System.Globalization;
using System.Net;
using System.Text;

namespace PinScheduler.Dashboard;

/// <summary>Builds a page's HTML; everything but tags is encoded.</summary>
internal sealed class PageHtml
{
    private readonly StringBuilder _html = new();

    /// <summary>Interpolated values are encoded, the literal parts are markup.</summary>
    public PageHtml Add(FormattableString markup)
    {
        var values = markup.GetArguments().Select(value => (object)WebUtility.HtmlEncode(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).ToArray();
        _html.AppendFormat(CultureInfo.InvariantCulture, markup.Format, values);
        return this;
    }

    /// <summary>An instant as Hangfire's script shows it: relative, with the absolute time on hover, in the viewer's zone.</summary>
    public PageHtml Moment(DateTimeOffset? instant) => instant is { } known
        ? Add($"<span data-moment=\"{known.ToUnixTimeSeconds()}\">{known:yyyy-MM-dd HH:mm:ss} UTC</span>")
        : this;

    public override string ToString() => _html.ToString();

    public static string Duration(DateTimeOffset? start, DateTimeOffset? end, DateTimeOffset now) => start is not { } begun ? "" : ((end ?? now) - begun) switch
    {
        { TotalSeconds: < 10 } span => span.TotalSeconds.ToString("0.00 's'", CultureInfo.InvariantCulture),
        { TotalMinutes: < 1 } span => span.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } span => span.ToString("m' min 's' s'", CultureInfo.InvariantCulture),
        var span => span.ToString("d'd 'h' h 'm' min'", CultureInfo.InvariantCulture).Replace("0d ", "", StringComparison.Ordinal),
    };
}
