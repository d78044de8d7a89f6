using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Dashboard;

/// <summary>Builds a page's HTML; everything but tags is encoded.</summary>
internal sealed class PageHtml
{
    // letters that stay at a cut name's end
    private const int CutEnd = 12;

    private readonly System.Text.StringBuilder _html = new();

    /// <summary>Interpolated values are formatted and encoded, the literal parts are markup; what is <see cref="PageHtml"/> itself goes in as it is.</summary>
    public PageHtml Add([InterpolatedStringHandlerArgument("")] Markup markup)
    {
        // it is in the page already
        _ = markup;
        return this;
    }

    public PageHtml Add(PageHtml part)
    {
        _html.Append(part._html);
        return this;
    }

    /// <summary>For drawings of thousands of shapes: numbers and constants only, nothing that anybody has named.</summary>
    public PageHtml AddNumbers(System.Text.StringBuilder numbers)
    {
        _html.Append(numbers);
        return this;
    }

    /// <summary>An instant: without script in UTC, with it in the viewer's zone, on hover in the pipeline's.</summary>
    public PageHtml Time(DateTime? instant, PipelineSchedule? schedule = null, bool relative = false)
    {
        if (instant is not { } known)
        {
            return this;
        }

        var zone = schedule?.Zone ?? TimeZoneInfo.Utc;
        var there = TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(known, DateTimeKind.Utc), zone);
        return Add($"<time class=\"ps-when\" datetime=\"{known:yyyy-MM-dd'T'HH:mm:ss'Z'}\" data-ps-time=\"{(relative ? "relative" : "plain")}\" title=\"{there:yyyy-MM-dd HH:mm:ss} {zone.Id}\">{known:yyyy-MM-dd HH:mm:ss} UTC</time>");
    }

    /// <summary>A name that loses its middle where it has no room, for names of one kind begin alike. Who hears it gets two parts: where it is a link, that has the whole as its label.</summary>
    public PageHtml Cut(string name)
    {
        if (name.Length <= CutEnd)
        {
            return Add($"{name}");
        }

        var end = name.Length - (char.IsLowSurrogate(name[^CutEnd]) ? CutEnd + 1 : CutEnd);
        return Add($"<span class=\"ps-cut\"><span>{name[..end]}</span><span>{name[end..]}</span></span>");
    }

    public PageHtml State(string state) => Add($"<span class=\"ps-state ps-state-{state}\">{state.Replace('_', ' ')}</span>");

    public override string ToString() => _html.ToString();

    public static string Duration(DateTime? start, DateTime? end, DateTime now) => start is { } begun ? Duration((end ?? now) - begun) : "";

    public static string Duration(TimeSpan? span) => span is { } known ? Duration(known) : "";

    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 10 } => span.TotalSeconds.ToString("0.00 's'", CultureInfo.InvariantCulture),
        { TotalMinutes: < 1 } => span.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } => span.ToString("m' min 's' s'", CultureInfo.InvariantCulture),
        _ => span.ToString("d'd 'h' h 'm' min'", CultureInfo.InvariantCulture).Replace("0d ", "", StringComparison.Ordinal),
    };

    /// <summary>An estimate, which has no hundredths.</summary>
    public static string About(double seconds) => seconds < 60 ? $"{Math.Ceiling(seconds):0} s" : Duration(TimeSpan.FromSeconds(seconds));

    /// <summary>Writes an interpolated text into a page part by part: put together first, a page of thousands of values would be made twice.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Markup
    {
        private readonly PageHtml _page;

        /// <param name="literals">How many characters of markup there are.</param>
        /// <param name="values">How many values.</param>
        /// <param name="page">Takes them.</param>
        public Markup(int literals, int values, PageHtml page)
        {
            _ = literals + values;
            _page = page;
        }

        public void AppendLiteral(string markup) => _page._html.Append(markup);

        public void AppendFormatted(PageHtml part) => _page.Add(part);

        public void AppendFormatted(string? text) => _page._html.Append(WebUtility.HtmlEncode(text));

        public void AppendFormatted(int number) => _page._html.Append(number);

        public void AppendFormatted<T>(T value, string? format = null) =>
            AppendFormatted(value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString());
    }
}
