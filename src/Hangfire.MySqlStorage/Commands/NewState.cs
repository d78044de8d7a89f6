namespace Hangfire.MySql.Commands;

/// <summary>A state to be written; the job's present one from then on, or only a line of its history.</summary>
internal sealed record NewState(long JobId, string Name, string? Reason, string? Data, bool IsCurrent)
{
    /// <summary>When it was decided, of the monotonic clock, where that is not when it is written.</summary>
    public long? DecidedAt { get; init; }

    /// <summary>About what it adds to a packet, in characters.</summary>
    public int Size => Name.Length + (Reason?.Length ?? 0) + (Data?.Length ?? 0);
}
