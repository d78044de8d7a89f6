using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace PinScheduler.Ingestion;

/// <summary>
/// REST Proxy's produce request, in one pass over the whole body. Keys and binary values are decoded in place: decoded they are never
/// longer, and the reader does not look back.
/// </summary>
internal static class ProduceRequestParser
{
    // the envelope adds three levels to a value's 64
    public const int MaxDepth = 67;

    private static ReadOnlySpan<byte> Records => "records"u8;

    /// <exception cref="IngestionException">The body is not JSON (400), not a produce request (422), or has more records than the limit (413).</exception>
    public static List<ProduceRecord> Parse(byte[] body, int length, ProduceFormat format, int limit = int.MaxValue)
    {
        if (!Utf8.IsValid(body.AsSpan(0, length)))
        {
            throw IngestionException.Malformed("The body is not valid UTF-8: send JSON encoded as UTF-8.");
        }

        var reader = new Utf8JsonReader(body.AsSpan(0, length), new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return ReadKnowingSurrogates(ref reader, body, format, limit);
        }
        catch (JsonException exception)
        {
            throw IngestionException.Malformed($"The body is not JSON, or nested deeper than 64 within a value: {exception.Message}");
        }
    }

    private static List<ProduceRecord> ReadKnowingSurrogates(ref Utf8JsonReader reader, byte[] body, ProduceFormat format, int limit)
    {
        try
        {
            return ReadEnvelope(ref reader, body, format, limit);
        }
        catch (InvalidOperationException)
        {
            // the reader's way of saying that it cannot unescape
            throw SkipRest(ref reader, "A key or a field's name holds half of a surrogate pair, which UTF-8 cannot express.");
        }
    }

    private static List<ProduceRecord> ReadEnvelope(ref Utf8JsonReader reader, byte[] body, ProduceFormat format, int limit)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw SkipRest(ref reader, "The body must be an object with 'records'.");
        }

        List<ProduceRecord>? records = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(Records))
            {
                reader.Read();
                records = reader.TokenType == JsonTokenType.StartArray
                    ? ReadRecords(ref reader, body, format, limit)
                    : throw SkipRest(ref reader, "'records' must be an array of objects, each with 'value' and, as wished, 'key' and 'partition'.");
            }
            else if (IsSchemaField(ref reader))
            {
                reader.Skip();
            }
            else
            {
                throw SkipRest(ref reader, $"Unrecognized field: '{NameOf(ref reader)}'; beside 'records' there is none in these formats.");
            }
        }

        // throws on anything but white space behind the object
        reader.Read();
        return records is { Count: > 0 } ? records : throw IngestionException.Invalid("'records' may not be missing or empty: send at least one record.");
    }

    private static List<ProduceRecord> ReadRecords(ref Utf8JsonReader reader, byte[] body, ProduceFormat format, int limit)
    {
        var records = new List<ProduceRecord>(256);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw SkipRest(ref reader, $"Record {records.Count} is no object: each is {{\"key\":…,\"value\":…,\"partition\":…}}.");
            }

            // at once, not at the end: a small body can hold millions of empty records
            if (records.Count == limit)
            {
                throw IngestionException.TooLarge($"The request has more than {limit} records ('Pipeline:MaxRecordsPerRequest'): send fewer a request.");
            }

            records.Add(ReadRecord(ref reader, body, format, records.Count));
        }

        return records;
    }

    private static ProduceRecord ReadRecord(ref Utf8JsonReader reader, byte[] body, ProduceFormat format, int number)
    {
        var record = new ProduceRecord();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("value"u8))
            {
                reader.Read();
                record.Value = format == ProduceFormat.Json ? RawJson(ref reader) : Base64Bytes(ref reader, body, number, "value");
            }
            else if (reader.ValueTextEquals("key"u8))
            {
                reader.Read();
                record.Key = format == ProduceFormat.Binary ? Base64Bytes(ref reader, body, number, "key")
                    : reader.TokenType == JsonTokenType.String ? Text(ref reader, body) : RawJson(ref reader);
            }
            else if (reader.ValueTextEquals("partition"u8))
            {
                reader.Read();
                record.Partition = Partition(ref reader, number);
            }
            else
            {
                throw SkipRest(ref reader, $"Record {number}: unrecognized field: '{NameOf(ref reader)}'; there are 'key', 'value' and 'partition'.");
            }
        }

        return record;
    }

    private static Slice RawJson(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return Slice.None;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new Slice(start, (int)reader.BytesConsumed - start);
    }

    private static Slice Text(ref Utf8JsonReader reader, byte[] body)
    {
        var start = (int)reader.TokenStartIndex + 1;
        if (!reader.ValueIsEscaped)
        {
            return new Slice(start, reader.ValueSpan.Length);
        }

        var unescaped = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            var length = reader.CopyString(unescaped);
            unescaped.AsSpan(0, length).CopyTo(body.AsSpan(start));
            return new Slice(start, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }
    }

    private static Slice Base64Bytes(ref Utf8JsonReader reader, byte[] body, int number, string field)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return Slice.None;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            var text = Text(ref reader, body);
            if (Base64.DecodeFromUtf8InPlace(body.AsSpan(text.Start, text.Length), out var decoded) == OperationStatus.Done)
            {
                return text with { Length = decoded };
            }
        }

        throw SkipRest(ref reader, $"Record {number}: '{field}' must be base64 text or null in the binary format; for JSON use application/vnd.kafka.json.v2+json.");
    }

    private static int Partition(ref Utf8JsonReader reader, int number)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return ProduceRecord.AnyPartition;
        }

        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var partition) && partition >= 0
            ? partition
            : throw SkipRest(ref reader, $"Record {number}: 'partition' must be an integer from 0 up, or null.");
    }

    private static bool IsSchemaField(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("key_schema"u8) || reader.ValueTextEquals("key_schema_id"u8) || reader.ValueTextEquals("value_schema"u8) || reader.ValueTextEquals("value_schema_id"u8);

    private static string NameOf(ref Utf8JsonReader reader) => System.Text.Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 100)]);

    // a body that is no JSON at all is malformed (400) whatever else is wrong with what stands before the error
    private static IngestionException SkipRest(ref Utf8JsonReader reader, string message)
    {
        while (reader.Read())
        {
        }

        return IngestionException.Invalid(message);
    }
}
