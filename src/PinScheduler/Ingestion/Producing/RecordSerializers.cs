using Confluent.Kafka;

namespace PinScheduler.Ingestion.Producing;

/// <summary>Finds the way from a delivery report back to the request's record; as the key, for that is what a report can bring back.</summary>
internal readonly record struct RecordTag(ProduceBatch Batch, int Index);

internal sealed class RecordTagSerializer : ISerializer<RecordTag>
{
    public static RecordTagSerializer Instance { get; } = new();

    public byte[] Serialize(RecordTag data, SerializationContext context)
    {
        var key = data.Batch.Records[data.Index].Key;
        return key.IsNone ? null! : key.Of(data.Batch.Body).ToArray();
    }
}

internal sealed class RecordValueSerializer : ISerializer<RecordTag>
{
    public static RecordValueSerializer Instance { get; } = new();

    public byte[] Serialize(RecordTag data, SerializationContext context)
    {
        var value = data.Batch.Records[data.Index].Value;
        return value.IsNone ? null! : value.Of(data.Batch.Body).ToArray();
    }
}
