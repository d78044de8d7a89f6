using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace PinScheduler.Telemetry;

/// <summary>
/// What this process counts and traces, by .NET's own means: GET /metrics shows it, and any collector of meters and activity sources named
/// `PinScheduler` gets it. One trace a run, one span an attempt, whichever servers run them.
/// </summary>
internal static class SchedulerTelemetry
{
    public const string Name = "PinScheduler";

    private static readonly Meter Meter = new(Name);
    private static readonly ActivitySource Source = new(Name);

    // a task of an empty night takes milliseconds, a first night's clean an hour
    private static readonly InstrumentAdvice<double> Durations = new() { HistogramBucketBoundaries = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600] };

    private static readonly Histogram<double> Attempts = Meter.CreateHistogram("pinscheduler.attempt.duration", "s", "How long attempts at tasks took, by how they ended.", null, Durations);
    private static readonly Histogram<double> Runs = Meter.CreateHistogram("pinscheduler.run.duration", "s", "How long runs took from their start, by how they ended; counted where they ended.", null, Durations);
    private static readonly Counter<long> Produced = Meter.CreateCounter<long>("pinscheduler.ingest.records", null, "Records that Kafka has acknowledged to the HTTP API.");
    private static readonly Counter<long> Landed = Meter.CreateCounter<long>("pinscheduler.drain.records", null, "Records in recorded landing files, dead letters left out.");
    private static readonly Counter<long> Dead = Meter.CreateCounter<long>("pinscheduler.drain.dead_letters", null, "Records that are no JSON object, beside landing files.");

    /// <summary>The span of an attempt, where somebody listens; <see cref="AttemptEnded"/> ends it.</summary>
    public static Activity? BeginAttempt(string database, long run, string pipeline, string task, int attempt) =>
        Source.StartActivity($"{pipeline} {task}", ActivityKind.Internal, TraceOf(database, run))?
            .SetTag("pinscheduler.pipeline", pipeline).SetTag("pinscheduler.run", run).SetTag("pinscheduler.task", task).SetTag("pinscheduler.attempt", attempt);

    public static void AttemptEnded(Activity? span, string pipeline, string task, string state, TimeSpan took, string? error)
    {
        Attempts.Record(took.TotalSeconds, new("pipeline", pipeline), new("task", task), new("state", state));
        span?.SetTag("pinscheduler.state", state).SetStatus(error is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, error).Stop();
    }

    /// <param name="database">Whose run it is.</param>
    /// <param name="run">Its id there.</param>
    /// <param name="pipeline">Whose run.</param>
    /// <param name="state">How it ended.</param>
    /// <param name="started">Null where it never did.</param>
    /// <param name="ended">The last time, where it was retried.</param>
    /// <param name="took">Without the time for which it lay ended before a retry.</param>
    public static void RunEnded(string database, long run, string pipeline, string state, DateTime? started, DateTime ended, TimeSpan took)
    {
        Runs.Record(took.TotalSeconds, new("pipeline", pipeline), new("state", state));
        using var span = Source.StartActivity(ActivityKind.Internal, TraceOf(database, run), name: pipeline, startTime: started ?? ended);
        span?.SetTag("pinscheduler.pipeline", pipeline).SetTag("pinscheduler.run", run).SetTag("pinscheduler.state", state).SetEndTime(ended);
    }

    public static void RecordsProduced(string topic, int records) => Produced.Add(records, new KeyValuePair<string, object?>("topic", topic));

    public static void RecordsLanded(string topic, long records, long deadLetters)
    {
        Landed.Add(records, new KeyValuePair<string, object?>("topic", topic));
        Dead.Add(deadLetters, new KeyValuePair<string, object?>("topic", topic));
    }

    // the same on every server, so that nothing has to be handed on
    private static ActivityContext TraceOf(string database, long run)
    {
        var hash = XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{database}/{run}"));
        Span<byte> bytes = stackalloc byte[16];
        MemoryMarshal.Write(bytes, hash);
        return new ActivityContext(ActivityTraceId.CreateFromBytes(bytes), ActivitySpanId.CreateFromBytes(bytes[..8]), ActivityTraceFlags.Recorded, isRemote: true);
    }
}
