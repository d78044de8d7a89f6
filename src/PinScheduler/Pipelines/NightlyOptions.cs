namespace PinScheduler.Pipelines;

/// <summary>Section `Pipeline`: when the pipeline runs, and the defaults of its parameters.</summary>
internal sealed class NightlyOptions
{
    public const string Section = "Pipeline";

    /// <summary>Five fields, or six with seconds first.</summary>
    public string Cron { get; set; } = "0 3 * * *";

    public string TimeZone { get; set; } = "UTC";

    public int Posts { get; set; } = 1000;

    public double? PostsPerSecond { get; set; }

    public long? Seed { get; set; }
}
