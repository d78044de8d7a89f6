namespace PinScheduler.Landing;

/// <summary>Section `Pipeline`, as far as it concerns landing files.</summary>
internal sealed class LandingOptions
{
    public const string Section = "Pipeline";

    /// <summary>Empty: `landing` in the data folder.</summary>
    public string LandingDirectory { get; set; } = "";
}
