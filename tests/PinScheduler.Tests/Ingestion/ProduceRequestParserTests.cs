using System.Text;
using System.Text.Json;
using CsCheck;
using PinScheduler.Ingestion;

namespace PinScheduler.Tests.Ingestion;

public class ProduceRequestParserTests
{
    private static readonly Gen<string> Space = Gen.OneOf("", "", "", " ", "\n", "\t \r\n");

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 12].Select(text => JsonSerializer.Serialize(text)),
        Gen.String[Gen.OneOf('a', 'é', '"', '\\', '\n', '/', '\u2028', '漢'), 0, 8].Select(text => JsonSerializer.Serialize(text)),
        Gen.OneOf("\"\\u0041\\/\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "\"😀\"", "\"N0JGRg==\"", "\"N0\\u004aGRg==\""));

    private static readonly Gen<string> Scalar = Gen.OneOf(Text, Gen.OneOf("null", "true", "false", "0", "-1", "3", "1.5e3", "1e999", "99999999999999999999"));

    private static readonly Gen<string> Any = Gen.Recursive<string>((depth, self) => depth > 3 ? Scalar : Gen.OneOf(
        Scalar,
        Gen.Select(self, Space).Array[0, 3].Select(items => $"[{string.Join(',', items.Select(item => item.Item2 + item.Item1))}]"),
        Gen.Select(Text, self, Space).Array[0, 3].Select(items => $"{{{string.Join(',', items.Select(item => $"{item.Item1}{item.Item3}:{item.Item2}"))}}}")));

    private static readonly Gen<string> Field = Gen.Select(Gen.OneOf("\"value\"", "\"value\"", "\"key\"", "\"partition\"", "\"v\\u0061lue\"", "\"extra\""), Any, Space)
        .Select((name, value, space) => $"{space}{name}:{(name == "\"partition\"" && value.Length > 3 ? "2" : value)}{space}");

    private static readonly Gen<string> Record = Gen.Frequency((20, Field.Array[0, 4].Select(fields => $"{{{string.Join(',', fields)}}}")), (1, Any));

    private static readonly Gen<string> Name = Gen.Frequency((9, "\"records\""), (1, "\"key_schema\""), (1, "\"record\""));

    private static readonly Gen<string> Tail = Gen.Frequency((9, ""), (1, ","), (1, "x"), (1, " {}"));

    private static readonly Gen<string> Body = Gen.Select(Name, Record.Array[0, 5], Space, Tail)
        .Select((name, records, space, tail) => $"{space}{{{name}{space}:[{string.Join(',', records)}]{space}}}{tail}");

    private static readonly Gen<byte[]> Mutated = Gen.Select(Body, Gen.Int[0, 400], Gen.Byte, Gen.Frequency((2, false), (1, true))).Select((body, at, with, mutate) =>
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        if (mutate)
        {
            bytes[at % bytes.Length] = with;
        }

        return bytes;
    });

    [Fact]
    public void Parse_AgreesWithSystemTextJson_WhenBodiesAreDrawnAtRandom()
    {
        var taken = 0;
        Gen.Select(Mutated, Gen.Enum<ProduceFormat>()).Sample((body, format) =>
        {
            var expected = Expected(body, format);
            Interlocked.Add(ref taken, expected.StartsWith('4') ? 0 : 1);
            return Actual(body, format) == expected;
        }, iter: 20_000, print: drawn => $"{drawn.Item2}: {Encoding.UTF8.GetString(drawn.Item1)}\nexpected {Expected(drawn.Item1, drawn.Item2)}\nactual   {Actual(drawn.Item1, drawn.Item2)}");

        // a test that draws nothing but refusals would prove nothing
        Assert.InRange(taken, 1000, 19_000);
    }

    private static string Actual(byte[] body, ProduceFormat format)
    {
        // larger than the body, as a pooled buffer is
        byte[] buffer = [.. body, .. "garbage"u8];
        try
        {
            return string.Join('|', ProduceRequestParser.Parse(buffer, body.Length, format).Select(record => $"{Show(record.Key)},{Show(record.Value)},{record.Partition}"));
        }
        catch (IngestionException refused)
        {
            return $"{refused.Status}";
        }

        string Show(Slice slice) => slice.IsNone ? "none" : Convert.ToHexString(slice.Of(buffer));
    }

    private static string Expected(byte[] body, ProduceFormat format)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body);
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 67 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Envelope(document.RootElement, format) ?? "422" : "422";
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException)
        {
            return "400";
        }
    }

    private static string? Envelope(JsonElement root, ProduceFormat format)
    {
        if (root.EnumerateObject().Any(property => property.Name is not ("records" or "key_schema" or "value_schema" or "key_schema_id" or "value_schema_id"))
            || !root.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array || records.GetArrayLength() == 0)
        {
            return null;
        }

        var read = records.EnumerateArray().Select(record => OneRecord(record, format)).ToList();
        return read.Contains(null) ? null : string.Join('|', read);
    }

    private static string? OneRecord(JsonElement record, ProduceFormat format)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var (key, value, partition) = ("none", "none", -1);
        foreach (var property in record.EnumerateObject())
        {
            switch (NameOf(property))
            {
                case "key" when Hex(property.Value, format, unquote: true) is { } read:
                    key = read;
                    break;
                case "value" when Hex(property.Value, format, unquote: false) is { } read:
                    value = read;
                    break;
                case "partition" when property.Value.ValueKind == JsonValueKind.Null:
                    partition = -1;
                    break;
                case "partition" when property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out partition) && partition >= 0:
                    break;
                default:
                    return null;
            }
        }

        return $"{key},{value},{partition}";

        static string NameOf(JsonProperty property)
        {
            try
            {
                return property.Name;
            }
            catch (InvalidOperationException)
            {
                return "half a surrogate pair";
            }
        }
    }

    private static string? Hex(JsonElement field, ProduceFormat format, bool unquote)
    {
        try
        {
            return (format, field.ValueKind) switch
            {
                (_, JsonValueKind.Null) => "none",
                (ProduceFormat.Binary, JsonValueKind.String) => field.TryGetBytesFromBase64(out var bytes) ? Convert.ToHexString(bytes) : null,
                (ProduceFormat.Binary, _) => null,
                (_, JsonValueKind.String) when unquote => Convert.ToHexString(Encoding.UTF8.GetBytes(field.GetString()!)),
                _ => Convert.ToHexString(Encoding.UTF8.GetBytes(field.GetRawText())),
            };
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
