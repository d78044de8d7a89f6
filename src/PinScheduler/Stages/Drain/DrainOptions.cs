namespace PinScheduler.Stages.Drain;

/// <summary>Section `Pipeline`, as far as it concerns draining.</summary>
internal sealed class DrainOptions
{
    public const string Section = "Pipeline";
    public const string Warn = "warn";
    public const string Fail = "fail";

    /// <summary>A new landing file begins when one has reached this size.</summary>
    public long MaxFileBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>A longer value is a dead letter. Kafka itself allows 1 MiB unless told otherwise.</summary>
    public int MaxValueBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>More dead letters than this fail the task, after everything is safely written.</summary>
    public double MaxDeadLetterShare { get; set; } = 0.01;

    /// <summary>Where records expired before they were drained: `warn` on the run, or `fail` the task.</summary>
    public string OnGap { get; set; } = Warn;

    /// <summary>A broker that is away or refuses is waited for so long; then the attempt fails, and the next goes on where it stopped.</summary>
    public TimeSpan BrokerPatience { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>From so many offsets on, other servers with workers of the queue `ingest` are let have partitions of a topic.</summary>
    public long ShareFrom { get; set; } = 1_000_000;

    /// <summary>The zone whose today names the folder of what is drained ahead of a run.</summary>
    public string TimeZone { get; set; } = "UTC";
}
