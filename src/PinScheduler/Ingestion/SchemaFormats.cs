using System.Text.Json;

namespace PinScheduler.Ingestion;

/// <summary>REST Proxy's formats that stand on a schema registry. There is none here, so a request fares as it does there while the registry is away.</summary>
internal static class SchemaFormats
{
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = ProduceRequestParser.MaxDepth };

    /// <summary>Why the request cannot be taken.</summary>
    public static IngestionException Refusal(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var request = JsonDocument.Parse(body, Depth);
            return request.RootElement switch
            {
                { ValueKind: JsonValueKind.Object } root when Lacks(root, "key") => new IngestionException(422, 42201, "The records have keys, and their format needs 'key_schema' or 'key_schema_id'."),
                { ValueKind: JsonValueKind.Object } root when Lacks(root, "value") => new IngestionException(422, 42202, "The records have values, and their format needs 'value_schema' or 'value_schema_id'."),
                { ValueKind: JsonValueKind.Object } => new IngestionException(408, 40801, $"Schema registration or lookup failed: there is no schema registry here. Send {KafkaMediaTypes.Json} or {KafkaMediaTypes.Binary}."),
                _ => IngestionException.Invalid("The body must be an object with 'records'."),
            };
        }
        catch (JsonException exception)
        {
            return IngestionException.Malformed($"The body is not JSON, or nested deeper than 64 within a value: {exception.Message}");
        }
    }

    private static bool Lacks(JsonElement root, string part) =>
        !root.TryGetProperty($"{part}_schema", out _) && !root.TryGetProperty($"{part}_schema_id", out _)
        && root.TryGetProperty("records", out var records) && records.ValueKind == JsonValueKind.Array
        && records.EnumerateArray().Any(record => record.ValueKind == JsonValueKind.Object && record.TryGetProperty(part, out var given) && given.ValueKind != JsonValueKind.Null);
}
