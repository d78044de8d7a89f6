using Microsoft.Win32.SafeHandles;
using PinScheduler.Landing;

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

    public bool IsPacked => LandingFileName.IsPacked(Path);

    /// <exception cref="DamagedFileException">There is no such file.</exception>
    public Stream Open(LandingFolder folder) => Existing(() => folder.OpenRead(Path));

    /// <summary>For reads anywhere in the file.</summary>
    /// <exception cref="DamagedFileException">There is no such file.</exception>
    public SafeFileHandle Handle(LandingFolder folder) => Existing(() => File.OpenHandle(folder.FullPath(Path), options: FileOptions.RandomAccess));

    private T Existing<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DamagedFileException(this, "is missing");
        }
    }
}

/// <summary>What became of a file's records: each is a new row, a duplicate of one or rejected.</summary>
internal sealed record CleanFigures(long Records, long Accepted, long Duplicates, long Rejected)
{
    /// <summary>By column, in how many of the records that were not rejected it is NULL; columns without any are left out.</summary>
    public required IReadOnlyDictionary<string, long> Nulls { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Of the time from the first file's opening to the last row's insertion, its share by bytes.</summary>
    public required TimeSpan Took { get; init; }

    public double MegabytesPerSecond => Took > TimeSpan.Zero ? Bytes / 1e6 / Took.TotalSeconds : 0;

    public string NullsText => string.Join(", ", Nulls.Select(static column => $"{column.Key} {column.Value}"));
}

/// <summary>Where rows go, and by which rules they were made: the data set's clean table, or the one that is to take its place.</summary>
internal sealed record CleanTarget(DataSet DataSet, string Rules, string Table)
{
    public bool IsLive => Table == DataSet.CleanTable;

    public string FactTable => IsLive ? DataSet.FactTable : CleanTables.NextOf(DataSet.FactTable);
}
