using Confluent.Kafka;

namespace PinScheduler.Stages.Drain.Reading;

/// <summary>Copies each key or value into one buffer that grows and is used again: the next record overwrites it.</summary>
internal sealed class ScratchDeserializer : IDeserializer<int>
{
    private const int None = -1;

    private byte[] _buffer = new byte[4096];
    private int _length;

    public bool IsNull => _length == None;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Math.Max(_length, 0));

    public int Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (data.Length > _buffer.Length)
        {
            _buffer = new byte[Math.Max(data.Length, _buffer.Length * 2)];
        }

        data.CopyTo(_buffer);
        return _length = isNull ? None : data.Length;
    }
}
