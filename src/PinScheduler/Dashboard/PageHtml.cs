using System.Globalization;
using System.Net;

namespace PinScheduler.Dashboard;

/// <summary>Builds a page's HTML; everything but tags is encoded.</summary>
internal sealed class PageHtml
{
    private readonly System.Text.StringBuilder _html = new();

    /// <summary>Interpolated values are formatted and encoded, the literal parts are markup.</summary>
    public PageHtml Add(FormattableString markup)
    {
        _html.Append(markup.ToString(Encoding.Instance));
        return this;
    }

    /// <summary>An instant as Hangfire's script shows it: relative, with the absolute time on hover, in the viewer's zone.</summary>
    public PageHtml Moment(DateTimeOffset? instant) => instant is { } known
        ? Add($"<span data-moment=\"{known.ToUnixTimeSeconds()}\">{known:yyyy-MM-dd HH:mm:ss} UTC</span>")
        : this;

    public PageHtml State(string state) => Add($"<span class=\"ps-state ps-state-{state}\">{state.Replace('_', ' ')}</span>");

    public override string ToString() => _html.ToString();

    public static string Duration(DateTimeOffset? start, DateTimeOffset? end, DateTimeOffset now) => start is not { } begun ? "" : ((end ?? now) - begun) switch
    {
        { TotalSeconds: < 10 } span => span.TotalSeconds.ToString("0.00 's'", CultureInfo.InvariantCulture),
        { TotalMinutes: < 1 } span => span.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } span => span.ToString("m' min 's' s'", CultureInfo.InvariantCulture),
        var span => span.ToString("d'd 'h' h 'm' min'", CultureInfo.InvariantCulture).Replace("0d ", "", StringComparison.Ordinal),
    };

    private sealed class Encoding : IFormatProvider, ICustomFormatter
    {
        public static Encoding Instance { get; } = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => WebUtility.HtmlEncode(
            arg is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : arg?.ToString()) ?? "";
    }
}
