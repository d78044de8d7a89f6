namespace PinScheduler.Stages.Analyze;

/// <summary>What a query gave: its columns, how many rows, and how long it took.</summary>
internal sealed record SqlOutcome(IReadOnlyList<string> Columns, long Count, long Milliseconds)
{
    /// <summary>The server's plan of the query, where the run asked for it.</summary>
    public string? Plan { get; init; }
}
