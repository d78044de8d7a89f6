namespace PinScheduler.Ingestion;

/// <summary>A record as ranges of its request's body, so that what is produced are the bytes that came.</summary>
internal record struct ProduceRecord
{
    public const int AnyPartition = -1;

    public ProduceRecord()
    {
    }

    public Slice Key { get; set; } = Slice.None;

    public Slice Value { get; set; } = Slice.None;

    public int Partition { get; set; } = AnyPartition;
}

/// <summary>A range of the body; <see cref="None"/> is Kafka's null.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public static Slice None => new(0, -1);

    public bool IsNone => Length < 0;

    public int Bytes => Math.Max(0, Length);

    public ReadOnlySpan<byte> Of(byte[] body) => body.AsSpan(Start, Bytes);
}
