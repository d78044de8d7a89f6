using PinScheduler.Database;

namespace PinScheduler.Stages.Drain.Sharing;

/// <summary>What another server needs to know to drain a part of a topic for a run.</summary>
/// <param name="Fence">The task's attempt: with a newer one, nothing more is recorded by the offer.</param>
/// <param name="DataSet">Whose topic.</param>
/// <param name="Run">Whose files they become.</param>
/// <param name="Date">Names the day's folder.</param>
/// <param name="Ranges">No further than to these ends.</param>
/// <param name="Portion">How many partitions each takes at a time, so that nobody ends long after the others.</param>
internal sealed record DrainOffer(Fence Fence, DataSet DataSet, long Run, DateOnly Date, OffsetRanges Ranges, int Portion);
