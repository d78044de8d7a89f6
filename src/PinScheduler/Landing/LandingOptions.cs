namespace PinScheduler.Landing;

/// <summary>Section `Pipeline`, as far as it concerns landing files.</summary>
internal sealed class LandingOptions
{
    public const string Section = "Pipeline";
    public const string None = "none";
    public const string Gzip = "gzip";

    /// <summary>Empty: `landing` in the data folder.</summary>
    public string LandingDirectory { get; set; } = "";

    /// <summary>How new landing files are packed; those that are there stay as they are and are read all the same.</summary>
    public string LandingCompression { get; set; } = None;

    /// <summary>Cleaned landing files older than this are removed; null: none ever.</summary>
    public int? LandingRetentionDays { get; set; }
}
