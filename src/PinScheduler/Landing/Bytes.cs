namespace PinScheduler.Landing;

/// <summary>A record's key or value while it is looked at; Kafka tells none from empty.</summary>
internal readonly ref struct Bytes(ReadOnlySpan<byte> span, bool isNull = false)
{
    public ReadOnlySpan<byte> Span { get; } = span;

    public bool IsNull { get; } = isNull;
}
