namespace PinScheduler.Stages.Clean;

/// <summary>A landing file that is to be cleaned.</summary>
internal sealed record PendingFile
{
    public required long Id { get; init; }

    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long FirstOffset { get; init; }

    public required long LastOffset { get; init; }

    public required long Records { get; init; }

    public required long Bytes { get; init; }

    public required string Checksum { get; init; }

    public required string Path { get; init; }
}

/// <summary>What became of a file's records: each is a new row, a duplicate of one or rejected.</summary>
internal sealed record CleanFigures(long Records, long Accepted, long Duplicates, long Rejected)
{
    /// <summary>By column, in how many of the records that were not rejected it is NULL; columns without any are left out.</summary>
    public required IReadOnlyDictionary<string, long> Nulls { get; init; }

    public required long Bytes { get; init; }

    /// <summary>From the file's opening to its last row's insertion.</summary>
    public required TimeSpan Took { get; init; }

    public double MegabytesPerSecond => Bytes / 1e6 / Took.TotalSeconds;

    public string NullsText => string.Join(", ", Nulls.Select(static column => $"{column.Key} {column.Value}"));
}

/// <summary>Where rows go, and by which rules they were made: the data set's clean table, or the one that is to take its place.</summary>
internal sealed record CleanTarget(DataSet DataSet, string Rules, string Table)
{
    public bool IsLive => Table == DataSet.CleanTable;

    public string FactTable => IsLive ? DataSet.FactTable : CleanTables.NextOf(DataSet.FactTable);
}
