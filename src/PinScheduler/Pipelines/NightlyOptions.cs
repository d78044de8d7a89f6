namespace PinScheduler.Pipelines;

/// <summary>Section `Pipeline`: when the pipeline runs, and the defaults of its parameters.</summary>
internal sealed class NightlyOptions
{
    public const string Section = "Pipeline";

    /// <summary>Five fields, or six with seconds first.</summary>
    public string Cron { get; set; } = "0 3 * * *";

    public string TimeZone { get; set; } = "UTC";

    /// <summary>False: the pipeline is not there, only those of your own.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>So long after the scheduled instant a run should have ended; people are told when it has not.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>A run that misses its deadline is cancelled, too.</summary>
    public bool CancelAtDeadline { get; set; }

    public int Posts { get; set; } = 1000;

    public double? PostsPerSecond { get; set; }

    public long? Seed { get; set; }
}
