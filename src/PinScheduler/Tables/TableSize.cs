namespace PinScheduler.Tables;

/// <summary>How large a table is now, and how much it grew. Rows are the server's estimate, as its optimizer has them.</summary>
internal sealed record TableSize(string Table, string Group, long Rows, long DataBytes, long IndexBytes)
{
    public long Bytes => DataBytes + IndexBytes;

    /// <summary>From the end of the run before the last to the end of the last; null where it was not there at both.</summary>
    public long? GrownBytes { get; init; }

    public long? GrownRows { get; init; }

    /// <summary>Over the runs that are kept of it, thirty at most.</summary>
    public long? GrownBytesPerRun { get; init; }
}

/// <summary>How large a table was when a run had ended.</summary>
internal sealed record TableSample(string Run, DateTime SampledAt, long Rows, long DataBytes, long IndexBytes)
{
    public long Bytes => DataBytes + IndexBytes;
}
