using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace PinScheduler.Tests.Ingestion;

/// <summary>A request as bytes, what may become of it, and the values that a 200 for it stands for (null: whatever came through the damage).</summary>
internal sealed record BadRequest(string Kind, byte[] Bytes, bool Cut, bool Slow, IReadOnlyList<string>? Values);

/// <summary>Draws requests, most of them wrong in some way: the same seed, the same requests.</summary>
internal sealed class BadRequests(int seed, string topic)
{
    private static readonly string[] Broken = ["nul", "tru", "01", "1.", "-", "+1", "NaN", "Infinity", "'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\n\"", "{\"a\"}", "{\"a\":}", "{a:1}", "[1,]", "{\"a\":1,}", "[1 2]", "]", "}", "", "//", "\u00a0"];
    private static readonly string[] WrongRecords = ["5", "\"x\"", "null", "true", "{}", "[5]", "[null]", "[[]]", "[\"x\"]", "[]"];
    private static readonly string[] WrongPartitions = ["-1", "1.5", "\"0\"", "[]", "{}", "true", "2147483648", "1e1", "99999999999999999999", "-0.0", "7000"];
    private static readonly string[] Numbers = ["1e999999999", "-1e-999999999", "0.0000000000000000000000001", "123456789012345678901234567890", "-0", "1E400"];
    private static readonly string[] Lengths = ["-1", "x", "99999999999999999999", "0x10", "1 2", "", "+5"];

    private readonly Random _random = new(seed);
    private readonly string _mark = $"s{seed}";
    private int _drawn;

    public BadRequest Next() => _random.Next(22) switch
    {
        0 or 1 => Valid("valid"),
        2 => Valid("slow") with { Slow = true },
        3 or 4 => Post("malformed", Records(Nested(Pick(Broken), _random.Next(70)))),
        5 => Post("wrong records", $"{{\"records\":{Pick(WrongRecords)}}}"),
        6 => Post("wrong partition", $"{{\"records\":[{One(NextValue())},{{\"value\":1,\"partition\":{Pick(WrongPartitions)}}}]}}"),
        7 => Numbered(),
        8 => Surrogate(),
        9 => Post("bytes that are no UTF-8", Mutate(Encoding.UTF8.GetBytes(Records(One("\"aaaaaaaa\""))), at: ^8, (byte)_random.Next(128, 256))),
        10 => Post("too deep", Records($"{{\"value\":{Nested("1", 65 + _random.Next(5000))}}}")),
        11 => Deep(),
        12 or 13 => Length(Pick(Lengths)),
        14 => Chunked(),
        15 or 16 => CutOff(),
        17 or 18 => Mutated(),
        19 => Packed(),
        20 => Post("wrong type", Records(One(NextValue())), $"Content-Type: {Pick(["text/plain", "application/json", "", "x", "application/vnd.kafka.avro.v2+json", "application/vnd.kafka.json.v2+json; charset=utf-16"])}"),
        _ => Post("unknown topic", Records(One(NextValue())), path: $"/topics/{Pick(["nope", "..", "%00", "%ff", "a%2Fb", new string('x', 300), "__consumer_offsets"])}"),
    };

    private static string One(string value) => $"{{\"value\":{value}}}";

    private static string Records(string records) => $"{{\"records\":[{records}]}}";

    private string NextValue() => $"{{\"id\":\"{_mark}-{_drawn++}\"}}";

    private BadRequest Valid(string kind)
    {
        var values = Enumerable.Range(0, _random.Next(1, 6)).Select(_ => NextValue()).ToList();
        return Post(kind, Records(string.Join(',', values.Select((value, i) => $"{{\"key\":\"{i}\",\"value\":{value}}}")))) with { Values = values };
    }

    private BadRequest Numbered()
    {
        var value = $"[{Pick(Numbers)},{new string('9', _random.Next(1, 400))},\"{_mark}-{_drawn++}\"]";
        return Post("numbers", Records(One(value))) with { Values = [value] };
    }

    private BadRequest Surrogate()
    {
        var value = $"\"\\ud83d {_mark}-{_drawn++}\"";
        return _random.Next(2) == 0
            ? Post("half a pair as a value", Records(One(value))) with { Values = [value] }
            : Post("half a pair as a key", Records($"{{\"key\":\"\\udc00\",\"value\":{value}}}"));
    }

    private BadRequest Deep()
    {
        var value = Nested($"\"{_mark}-{_drawn++}\"", _random.Next(64));
        return Post("deep", Records(One(value))) with { Values = [value] };
    }

    private BadRequest Length(string length) => Post("wrong length", Records(One(NextValue())), $"Content-Length: {length}", lengths: false);

    private BadRequest Chunked()
    {
        var valid = Valid("chunked");
        var body = valid.Bytes.AsSpan(valid.Bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4);
        var half = body.Length / 2;
        var size = _random.Next(3) == 0 ? Pick(["zz", "-1", "ffffffffffffffffff", ""]) : half.ToString("x", CultureInfo.InvariantCulture);
        byte[] chunks = [.. Encoding.ASCII.GetBytes(size), .. "\r\n"u8, .. body[..half], .. "\r\n"u8, .. Encoding.ASCII.GetBytes((body.Length - half).ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. body[half..], .. "\r\n0\r\n\r\n"u8];
        return Post("chunked", chunks, "Transfer-Encoding: chunked", lengths: false) with { Values = valid.Values };
    }

    private BadRequest CutOff()
    {
        var valid = Valid("cut");
        return valid with { Bytes = Head(valid.Bytes, _random.Next(4) == 0 ? 0 : _random.Next(valid.Bytes.Length)), Cut = true };
    }

    private BadRequest Mutated()
    {
        var body = Encoding.UTF8.GetBytes(Records(string.Join(',', Enumerable.Range(0, 3).Select(_ => One(NextValue())))));
        for (var times = _random.Next(1, 4); times > 0; times--)
        {
            body = Mutate(body, _random.Next(body.Length), (byte)_random.Next(256));
        }

        return Post("mutated", body);
    }

    private BadRequest Packed()
    {
        var valid = Valid("packed");
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(valid.Bytes.AsSpan(valid.Bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4));
        }

        var bytes = packed.ToArray();
        return _random.Next(3) switch
        {
            0 => Post("packed", bytes, "Content-Encoding: gzip") with { Values = valid.Values },
            1 => Post("packed and cut", Head(bytes, _random.Next(1, bytes.Length)), "Content-Encoding: gzip"),
            _ => Post("packed and broken", Mutate(bytes, _random.Next(bytes.Length), (byte)_random.Next(256)), "Content-Encoding: gzip"),
        };
    }

    private string Nested(string inner, int depth)
    {
        var (open, close) = (new StringBuilder(), "");
        for (; depth > 0; depth--)
        {
            var array = _random.Next(2) == 0;
            open.Append(array ? "[" : "{\"a\":");
            close = (array ? "]" : "}") + close;
        }

        return open + inner + close;
    }

    private BadRequest Post(string kind, string body, string header = "Accept: */*", bool lengths = true, string? path = null) => Post(kind, Encoding.UTF8.GetBytes(body), header, lengths, path);

    private BadRequest Post(string kind, byte[] body, string header = "Accept: */*", bool lengths = true, string? path = null)
    {
        var type = header.StartsWith("Content-Type", StringComparison.Ordinal) ? "" : $"Content-Type: {IngestionServer.Json}\r\n";
        var length = lengths ? $"Content-Length: {body.Length}\r\n" : "";
        return new BadRequest(kind, [.. Encoding.ASCII.GetBytes($"POST {path ?? "/topics/" + topic} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{type}{length}{header}\r\n\r\n"), .. body], false, false, null);
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private static byte[] Head(byte[] bytes, int without) => bytes[..^without];

    private static byte[] Mutate(byte[] bytes, Index at, byte with)
    {
        bytes[at] = with;
        return bytes;
    }
}
