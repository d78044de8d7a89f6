using PinScheduler.Database;
using PinScheduler.Landing;

namespace PinScheduler.Stages.Drain;

/// <summary>Where a drain's files go, and the right by which they are recorded.</summary>
/// <param name="Topic">The topic in its present life.</param>
/// <param name="Date">Names the day's folder.</param>
/// <param name="Folder">The day's folder on disk.</param>
/// <param name="Packed">Whether its files are gzip.</param>
/// <param name="Fence">The task's, or the topic's ahead of a run.</param>
internal sealed record DrainTarget(LandingTopic Topic, DateOnly Date, string Folder, bool Packed, Fence Fence);
