using System.Diagnostics.Metrics;
using PinScheduler.Telemetry;

namespace PinScheduler.Tests.Telemetry;

public class PrometheusTextTests
{
    [Fact]
    public void Labels_AreEscaped()
    {
        Assert.Equal("a_b=\"one\",c=\"\\\"x\\\\y\\nz\\\"\",d=\"\"", PrometheusText.Labels([new("a.b", "one"), new("c", "\"x\\y\nz\""), new("d", null)]));
    }

    [Fact]
    public void AHistogram_HasItsBucketsAddedUp_AndItsSumAndCount()
    {
        using var meter = new Meter("test");
        var reading = new Reading("task=\"a\"", [0.1, 1]);
        foreach (var value in (double[])[0.05, 0.1, 0.5, 7])
        {
            reading.Note(value, adds: true);
        }

        var text = new PrometheusText();
        text.Write(meter.CreateHistogram<double>("some.duration", "s", "How long."), [reading]);
        Assert.Equal(
            """
            # HELP some_duration_seconds How long.
            # TYPE some_duration_seconds histogram
            some_duration_seconds_bucket{task="a",le="0.1"} 2
            some_duration_seconds_bucket{task="a",le="1"} 3
            some_duration_seconds_bucket{task="a",le="+Inf"} 4
            some_duration_seconds_sum{task="a"} 7.65
            some_duration_seconds_count{task="a"} 4

            """, text.ToString());
    }

    [Fact]
    public void ACounter_IsATotal_AndAnObservedValueTheLast()
    {
        using var meter = new Meter("test");
        var (counted, seen) = (new Reading("", []), new Reading("", []));
        counted.Note(2, adds: true);
        counted.Note(3, adds: true);
        seen.Note(2, adds: false);
        seen.Note(3, adds: false);

        var text = new PrometheusText();
        text.Write(meter.CreateCounter<long>("some.bytes", "By"), [counted]);
        text.Write(meter.CreateObservableGauge("some.level", () => 0), [seen]);
        Assert.Contains("\nsome_bytes_bytes_total 5\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("# TYPE some_level gauge\nsome_level 3\n", text.ToString(), StringComparison.Ordinal);
    }
}
