namespace PinScheduler.Stages.Clean.Loading;

/// <summary>What is counted of a file while its lines are cleaned.</summary>
internal sealed class FileTally(PendingFile file)
{
    // as many as RowBuffer tells of
    private const int MostColumns = 32;

    public PendingFile File { get; } = file;

    public long Records { get; set; }

    public long Rejected { get; set; }

    /// <summary>Rows for the server, which leaves out those that it has. The others are duplicates that were seen here.</summary>
    public long Sent { get; set; }

    /// <summary>By the clean table's columns, in how many records that were not rejected each is NULL.</summary>
    public long[] Nulls { get; } = new long[MostColumns];
}
