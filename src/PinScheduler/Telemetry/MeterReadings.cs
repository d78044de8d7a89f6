using System.Diagnostics.Metrics;

namespace PinScheduler.Telemetry;

/// <summary>Keeps what the process's meters have counted, for whoever asks.</summary>
internal sealed class MeterReadings : IDisposable
{
    private static readonly HashSet<string> Meters = new(StringComparer.Ordinal) { SchedulerTelemetry.Name, "System.Runtime" };

    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<Instrument, Dictionary<string, Reading>> _readings = [];

    public MeterReadings()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Meters.Contains(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Note(instrument, value, labels));
        _listener.Start();
    }

    /// <summary>Writes all of them.</summary>
    public void Write(PrometheusText text)
    {
        _listener.RecordObservableInstruments();
        lock (_lock)
        {
            foreach (var (instrument, readings) in _readings.OrderBy(one => one.Key.Name, StringComparer.Ordinal))
            {
                text.Write(instrument, readings.Values);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var shown = PrometheusText.Labels(labels);
        lock (_lock)
        {
            if (!_readings.TryGetValue(instrument, out var readings))
            {
                _readings[instrument] = readings = new(StringComparer.Ordinal);
            }

            if (!readings.TryGetValue(shown, out var reading))
            {
                readings[shown] = reading = new Reading(shown, instrument is Histogram<double> histogram ? histogram.Advice?.HistogramBucketBoundaries ?? [] : []);
            }

            reading.Note(value, adds: !instrument.IsObservable);
        }
    }
}

/// <summary>One instrument's values under one set of labels.</summary>
internal sealed class Reading(string labels, IReadOnlyList<double> bounds)
{
    private readonly long[] _buckets = new long[bounds.Count];

    public string Labels => labels;

    /// <summary>Of a counter or gauge its value, of a histogram the sum.</summary>
    public double Value { get; private set; }

    public long Count { get; private set; }

    /// <summary>Upper bounds with how many values are not above them.</summary>
    public IEnumerable<(double Bound, long Count)> Buckets => bounds.Select((bound, index) => (bound, _buckets[index]));

    public void Note(double value, bool adds)
    {
        Value = adds ? Value + value : value;
        Count++;
        for (var index = 0; index < bounds.Count; index++)
        {
            _buckets[index] += value <= bounds[index] ? 1 : 0;
        }
    }
}
