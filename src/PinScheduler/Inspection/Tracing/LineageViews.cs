using PinScheduler.Inspection.Topics;

namespace PinScheduler.Inspection.Tracing;

/// <summary>A landing file with the offsets that it holds, the run that landed it and what clean made of it.</summary>
internal sealed record RunFileView
{
    public required string Path { get; init; }

    public required string DataSet { get; init; }

    public required string Topic { get; init; }

    /// <summary>1 for the topic's first life; one more each time it was deleted and created again.</summary>
    public required int Life { get; init; }

    public required int Partition { get; init; }

    public required long FirstOffset { get; init; }

    public required long LastOffset { get; init; }

    public required long Records { get; init; }

    public required long DeadLetters { get; init; }

    public required long Bytes { get; init; }

    public required string Checksum { get; init; }

    /// <summary>Null where the server drained ahead of a run that has not taken it over yet.</summary>
    public required string? LandedByRun { get; init; }

    public required string? CleanedByRun { get; init; }

    public required DateTime? CleanedAt { get; init; }

    public required long? Accepted { get; init; }

    public required long? Duplicates { get; init; }

    public required long? Rejected { get; init; }

    /// <summary>When retention took it from the disk.</summary>
    public required DateTime? RemovedAt { get; init; }
}

/// <summary>
/// What became of one offset. `state`: line, deadLetter, noRecord, between, gap or notDrained; `says`: the same as a sentence. `line`, from 1,
/// is one of the file, or of the .dead.jsonl beside it; `between`, where the file's holes are not known, the first and the last that it can be.
/// `reason`: why it is a dead letter, or why clean rejected it. `record`: the line, where it is on disk.
/// </summary>
internal sealed record OffsetView(string Topic, int Life, int Partition, long Offset, string State, string Says, RunFileView? File, long? Line = null, IReadOnlyList<long>? Between = null, string? Reason = null, BytesView? Record = null);
