namespace Hangfire.MySql.JobQueue;

/// <summary>
/// Up to where a queue's new jobs were claimed a moment ago; the next claim begins behind. Each claimed row leaves a mark in the index until the server
/// has purged it, and a claim from the queue's first row reads them all: 1.7 ms for ten rows where it takes 0.4 from here.
/// </summary>
/// <remarks>Rows that came back, or were committed late, lie before it. They are found when a claim finds less than it wants, and after <see cref="Longest"/> at most.</remarks>
internal sealed class QueueHead
{
    private long _begun;
    private long _row;

    /// <summary>How long claims go on from one to the next before one begins at the queue's first row again.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The row behind which a claim begins; null for the queue's first. Used by the one that serves the session, as is <see cref="Note"/>.</summary>
    public long? Row => _row > 0 && TimeProvider.System.GetElapsedTime(_begun) < Longest ? _row : null;

    /// <summary>What a claim that began behind that row has found.</summary>
    public void Note(long? behind, IReadOnlyList<long> found, int wanted)
    {
        _begun = behind is null ? TimeProvider.System.GetTimestamp() : _begun;
        _row = found.Count < wanted ? 0 : found.Max();
    }
}
