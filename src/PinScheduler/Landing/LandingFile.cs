namespace PinScheduler.Landing;

/// <summary>A row of landing_file: a file and the offsets that it holds.</summary>
internal sealed record LandingFile
{
    public required LandingTopic Topic { get; init; }

    public required int Partition { get; init; }

    public required long FirstOffset { get; init; }

    /// <summary>The end of the range covered; the last record may stand before it.</summary>
    public required long LastOffset { get; init; }

    public required long Consumed { get; init; }

    public required long Records { get; init; }

    public required long DeadLetters { get; init; }

    /// <summary>Of the lines, packed or not.</summary>
    public required long Bytes { get; init; }

    public required long DiskBytes { get; init; }

    public required long DeadBytes { get; init; }

    public required string Checksum { get; init; }

    /// <summary>As <see cref="OffsetHoles"/> keeps them; null: none, or too many.</summary>
    public byte[]? Holes { get; init; }

    /// <summary>Relative to the landing folder.</summary>
    public required string Path { get; init; }
}

/// <summary>A topic in one of its lives.</summary>
/// <param name="DataSet">What its records are: pin, geo, user.</param>
/// <param name="Name">Kafka's name for it.</param>
/// <param name="Incarnation">Kafka's id for this life.</param>
/// <param name="Ordinal">1 for the first life that a drain has seen.</param>
internal sealed record LandingTopic(string DataSet, string Name, string Incarnation, int Ordinal);

/// <summary>The right to drain a partition: whoever claimed it last has it.</summary>
internal sealed record PartitionClaim(int Partition, long NextOffset, long Number);

/// <summary>Offsets that were gone before they could be drained.</summary>
internal sealed record LandingGap(int Partition, long FirstOffset, long LastOffset);

/// <summary>What a run has landed of a topic, over all attempts.</summary>
internal sealed record LandingTotals(long Consumed, long Records, long DeadLetters, long Files, long Bytes);
