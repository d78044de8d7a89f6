using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain;

/// <summary>Where a drain's files go.</summary>
/// <param name="Topic">The topic in its present life.</param>
/// <param name="Date">Names the day's folder.</param>
/// <param name="Folder">The day's folder on disk.</param>
internal sealed record DrainTarget(LandingTopic Topic, DateOnly Date, string Folder);
