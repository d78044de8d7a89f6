using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace PinScheduler.Telemetry;

/// <summary>Prometheus' text format, version 0.0.4.</summary>
/// <remarks>OpenTelemetry's exporter of it is a pre-release.</remarks>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Values that a moment has, by labels; `name` is as it is to appear.</summary>
    public void Gauge(string name, string help, IEnumerable<(string Labels, double Value)> values)
    {
        Head(name, help, "gauge");
        foreach (var (labels, value) in values)
        {
            Line(name, labels, value);
        }
    }

    public void Write(Instrument instrument, IReadOnlyCollection<Reading> readings)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        var isHistogram = type == typeof(Histogram<>);
        var isCounter = type == typeof(Counter<>) || type == typeof(ObservableCounter<>);
        var name = NameOf(instrument) + (isCounter ? "_total" : "");
        Head(name, instrument.Description ?? "", isHistogram ? "histogram" : isCounter ? "counter" : "gauge");
        foreach (var reading in readings)
        {
            if (!isHistogram)
            {
                Line(name, reading.Labels, reading.Value);
                continue;
            }

            foreach (var (bound, count) in reading.Buckets)
            {
                Line(name + "_bucket", Join(reading.Labels, $"le=\"{Number(bound)}\""), count);
            }

            Line(name + "_bucket", Join(reading.Labels, "le=\"+Inf\""), reading.Count);
            Line(name + "_sum", reading.Labels, reading.Value);
            Line(name + "_count", reading.Labels, reading.Count);
        }
    }

    /// <summary>Labels as they stand between the braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(Plain(name)).Append("=\"").Append(Escaped(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return text.ToString();
    }

    public override string ToString() => _text.ToString();

    private static string NameOf(Instrument instrument) => Plain(instrument.Name) + instrument.Unit switch
    {
        "s" => "_seconds",
        "By" => "_bytes",
        _ => "",
    };

    private static string Plain(string name) => string.Create(name.Length, name, static (plain, given) =>
    {
        for (var index = 0; index < given.Length; index++)
        {
            plain[index] = char.IsAsciiLetterOrDigit(given[index]) ? given[index] : '_';
        }
    });

    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Join(string labels, string label) => labels.Length == 0 ? label : $"{labels},{label}";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private void Head(string name, string help, string type) =>
        _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private void Line(string name, string labels, double value) =>
        _text.Append(name).Append(labels.Length == 0 ? "" : "{").Append(labels).Append(labels.Length == 0 ? " " : "} ").Append(Number(value)).Append('\n');
}
