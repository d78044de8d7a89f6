namespace PinScheduler.Source;

/// <summary>How the source tables are filled where they do not exist (section `Pipeline:Source`).</summary>
internal sealed class SourceOptions
{
    public const string Section = "Pipeline:Source";

    // as many as the original data set has
    public const long DefaultPosts = 11_154;

    public long Posts { get; set; } = DefaultPosts;

    public long Seed { get; set; } = 100;

    /// <summary>Share of rows, and of users, that stand at an edge of a cleaning rule.</summary>
    public double EdgeShare { get; set; } = 0.015;
}
