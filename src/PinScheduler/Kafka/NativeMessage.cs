using System.Runtime.InteropServices;

namespace PinScheduler.Kafka;

/// <summary>rd_kafka_message_t, as rdkafka.h lays it out on 64 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    /// <summary>0, or an error; then the payload is its text.</summary>
    public int Error;

    /// <summary>The handle of the topic, rd_kafka_topic_t.</summary>
    public IntPtr Topic;

    public int Partition;

    /// <summary>Null for a tombstone.</summary>
    public byte* Payload;

    public nuint Length;

    public byte* Key;

    public nuint KeyLength;

    public long Offset;

    /// <summary>A produced record's opaque; librdkafka's own for a consumed one.</summary>
    public IntPtr Opaque;

    public readonly ReadOnlySpan<byte> Value => new(Payload, checked((int)Length));

    public readonly ReadOnlySpan<byte> KeyBytes => new(Key, checked((int)KeyLength));
}
