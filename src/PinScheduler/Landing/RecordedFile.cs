namespace PinScheduler.Landing;

/// <summary>A file as the ledger has recorded it, to be held against what is on disk.</summary>
internal sealed record RecordedFile
{
    public required long Id { get; init; }

    public required string Incarnation { get; init; }

    public required int Partition { get; init; }

    public required long FirstOffset { get; init; }

    public required long LastOffset { get; init; }

    public required long Consumed { get; init; }

    public required long Records { get; init; }

    public required long DeadLetters { get; init; }

    public required long Bytes { get; init; }

    public required string Checksum { get; init; }

    public required long DiskBytes { get; init; }

    /// <summary>Null: not kept in those days.</summary>
    public required long? DeadBytes { get; init; }

    public required string Path { get; init; }

    /// <summary>Somebody has found it not to be as recorded, and nobody has mended it since.</summary>
    public required bool Damaged { get; init; }

    public override string ToString() => $"partition {Partition}, offsets {FirstOffset} to {LastOffset}, {Records} records, {DeadLetters} dead letters";
}
