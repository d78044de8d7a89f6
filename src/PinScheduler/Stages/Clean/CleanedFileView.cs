using System.Text.Json;

namespace PinScheduler.Stages.Clean;

/// <summary>What cleaning a landing file found and took.</summary>
internal sealed record CleanedFileView
{
    /// <summary>Null where the file is no longer in the ledger.</summary>
    public required string? Path { get; init; }

    public required long Read { get; init; }

    public required long Accepted { get; init; }

    public required long Duplicates { get; init; }

    public required long Rejected { get; init; }

    /// <summary>By column, in how many of the records that were not rejected it is NULL; null where that was not kept yet.</summary>
    public required IReadOnlyDictionary<string, long>? Nulls { get; init; }

    public required double? MegabytesPerSecond { get; init; }

    public required DateTime CleanedAt { get; init; }
}

/// <summary>The same as it stands in the table.</summary>
internal sealed record CleanedFileRow
{
    public string? Path { get; init; }

    public long Read { get; init; }

    public long Accepted { get; init; }

    public long Duplicates { get; init; }

    public long Rejected { get; init; }

    public string? Nulls { get; init; }

    public long? Bytes { get; init; }

    public double? Milliseconds { get; init; }

    public DateTime CleanedAt { get; init; }

    public CleanedFileView ToView() => new()
    {
        Path = Path,
        Read = Read,
        Accepted = Accepted,
        Duplicates = Duplicates,
        Rejected = Rejected,
        Nulls = Nulls is null ? null : JsonSerializer.Deserialize<Dictionary<string, long>>(Nulls),
        MegabytesPerSecond = Milliseconds > 0 ? Bytes / 1000.0 / Milliseconds : null,
        CleanedAt = CleanedAt,
    };
}

/// <summary>How many of a data set's records had no value in a column, in one run.</summary>
internal sealed record NullCounts(long Run, string DataSet, long Records, IReadOnlyDictionary<string, long> Nulls);
