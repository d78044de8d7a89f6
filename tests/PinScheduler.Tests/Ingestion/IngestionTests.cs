using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

public sealed class IngestionTests : IAsyncLifetime
{
    private IngestionServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "ingestion");

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Post_KeepsValuesByteForByte_WhenJson()
    {
        string[] values = ["{ \"b\" : 1.50,\n \"a\":\"\\u00e9\\ud83d\" , \"b\":2 }", "[1e400 ,\t-0]", "\"text\"", "12345678901234567890.10", "true", "{\"é\":\"😀\"}"];

        var answer = await _server.PostAsync(_server.Pin, $"{{\"records\":[{string.Join(',', values.Select(value => $"{{\"value\": {value} ,\"partition\":0}}"))}]}}");

        Assert.Equal(200, answer.Status);
        Assert.Equal("application/vnd.kafka.v2+json", answer.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(values, _server.Consume(_server.Pin).Select(record => Encoding.UTF8.GetString(record.Message.Value)));
        Assert.Equal("{\"partition\":0,\"offset\":5,\"error_code\":null,\"error\":null}", answer.Offsets[5]!.ToJsonString());
    }

    [Fact]
    public async Task Post_StoresTheKeysText_WhenJson()
    {
        var answer = await _server.PostAsync(_server.Pin,
            """{"records":[{"key":"7","value":0,"partition":0},{"key":"\u0037\"é","value":0,"partition":0},{"key":7,"value":0,"partition":0},{"key":{"a": 1},"value":0,"partition":0},{"key":null,"value":0,"partition":0},{"value":0,"partition":0},{"key":"","value":0,"partition":0}]}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["7", "7\"é", "7", "{\"a\": 1}", null, null, ""],
            _server.Consume(_server.Pin).Select(record => record.Message.Key is null ? null : Encoding.UTF8.GetString(record.Message.Key)));
    }

    [Fact]
    public async Task Post_DecodesKeysAndValues_WhenBinary()
    {
        byte[] value = [0, 255, 10, 128];
        var text = Convert.ToBase64String([62, 63, 255, 254]).Replace("/", "\\/", StringComparison.Ordinal);

        var answer = await _server.PostAsync(_server.Pin,
            $$"""{"records":[{"key":"{{Convert.ToBase64String("42"u8)}}","value":"{{Convert.ToBase64String(value)}}","partition":1},{"value":"{{text}}","partition":1},{"value":null,"partition":1},{"value":"","partition":1}]}""", IngestionServer.Binary);

        Assert.Equal(200, answer.Status);
        var records = _server.Consume(_server.Pin);
        Assert.Equal([value, [62, 63, 255, 254], null, []], records.Select(record => record.Message.Value));
        Assert.Equal("42"u8.ToArray(), records[0].Message.Key);
        Assert.All(records, record => Assert.Equal(1, record.Partition.Value));
    }

    [Fact]
    public async Task Post_PutsOneKeyIntoOnePartition_WhenNoneIsNamed()
    {
        var body = $"{{\"records\":[{string.Join(',', Enumerable.Range(0, 200).Select(i => $"{{\"key\":\"{i % 20}\",\"value\":{{}}}}"))}]}}";

        var first = await _server.PostAsync(_server.Topics["pin"], body);
        var second = await _server.PostAsync(_server.Topics["geo"], body);

        var byKey = first.Offsets.Select((offset, i) => (Key: i % 20, Partition: (int)offset!["partition"]!)).Distinct().ToList();
        Assert.Equal(20, byKey.Count);
        Assert.Equal(4, byKey.Select(pair => pair.Partition).Distinct().Count());
        Assert.Equal(first.Offsets.Select(offset => (int)offset!["partition"]!), second.Offsets.Select(offset => (int)offset!["partition"]!));
    }

    [Fact]
    public async Task Post_TakesAValue64Deep_ButNotDeeper()
    {
        static string Nested(int depth) => $"{{\"records\":[{{\"value\":{new string('[', depth)}{new string(']', depth)}}}]}}";

        Assert.Equal(200, (await _server.PostAsync(_server.Pin, Nested(64))).Status);
        Assert.Equal(400, (await _server.PostAsync(_server.Pin, Nested(65))).Status);
    }

    [Theory]
    [InlineData("{\"value\":1")]
    [InlineData("{\"value\":NaN}")]
    [InlineData("{\"value\":1,}")]
    [InlineData("{\"value\":01}")]
    [InlineData("{\"value\":\"\n\"}")]
    [InlineData("{\"value\":1} {}")]
    public async Task Post_ProducesNothing_WhenRecord400IsMalformed(string broken)
    {
        var good = string.Concat(Enumerable.Repeat("{\"value\":1},", 400));

        var answer = await _server.PostAsync(_server.Pin, $"{{\"records\":[{good}{broken}]}}");

        Assert.Equal(400, answer.Status);
        Assert.Equal(400, answer.ErrorCode);
        Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(answer.Message, (string)answer.Body["detail"]!);
        Assert.Empty(_server.Consume(_server.Pin));
    }

    [Fact]
    public async Task Post_Answers400_WhenTheBodyIsNotUtf8()
    {
        byte[] body = [.. "{\"records\":[{\"value\":\""u8, 0xC3, 0x28, .. "\"}]}"u8];

        Assert.Equal(400, (await _server.PostAsync($"/topics/{_server.Pin}", new ByteArrayContent(body), IngestionServer.Json)).Status);
    }

    [Theory]
    [InlineData("{\"records\":5}", "'records' must be an array")]
    [InlineData("{\"records\":[]}", "missing or empty")]
    [InlineData("{}", "missing or empty")]
    [InlineData("[]", "must be an object")]
    [InlineData("{\"records\":[5]}", "Record 0")]
    [InlineData("{\"records\":[{\"value\":1},{\"valeu\":1}]}", "Record 1: unrecognized field: 'valeu'")]
    [InlineData("{\"records\":[{\"value\":1,\"partition\":-1}]}", "'partition'")]
    [InlineData("{\"records\":[{\"value\":1,\"partition\":1.5}]}", "'partition'")]
    [InlineData("{\"records\":[{\"value\":1,\"key\":\"\\ud800\"}]}", "surrogate")]
    [InlineData("{\"record\":[]}", "'record'")]
    public async Task Post_Answers422AndSaysWhy_WhenTheRequestIsWrong(string body, string reason)
    {
        var answer = await _server.PostAsync(_server.Pin, body);

        Assert.Equal((422, 422), (answer.Status, answer.ErrorCode));
        Assert.Contains(reason, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"records\":[{\"value\":{}}]}")]
    [InlineData("{\"records\":[{\"value\":\"not base64!\"}]}")]
    public async Task Post_Answers422_WhenABinaryValueIsNotBase64(string body) =>
        Assert.Equal(422, (await _server.PostAsync(_server.Pin, body, IngestionServer.Binary)).Status);

    [Theory]
    [InlineData("application/json", 415)]
    [InlineData("application/vnd.kafka.avro.v1+json", 415)]
    [InlineData("application/octet-stream", 415)]
    [InlineData("application/vnd.kafka.json.v2+json; charset=iso-8859-1", 415)]
    [InlineData("application/vnd.kafka.json.v2+json; charset=UTF-8", 200)]
    [InlineData("Application/VND.kafka.json.v2+json", 200)]
    public async Task Post_Answers415_WhenTheTypeIsAnother(string type, int status) =>
        Assert.Equal(status, (await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":{}}]}", type)).Status);

    [Fact]
    public async Task Post_Answers415_WhenThereIsNoType()
    {
        var answer = await _server.PostAsync($"/topics/{_server.Pin}", new ByteArrayContent("{\"records\":[{\"value\":{}}]}"u8.ToArray()));

        Assert.Equal((415, 415), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Post_Answers40401AndCreatesNothing_WhenTheTopicIsUnknown()
    {
        var name = $"unknown-{Guid.NewGuid():N}";

        var answer = await _server.PostAsync(name, "{\"records\":[{\"value\":{}}]}");

        Assert.Equal((404, 40401), (answer.Status, answer.ErrorCode));
        Assert.DoesNotContain(name, await _server.Http.GetStringAsync("/topics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Answers40402AndProducesNothing_WhenAPartitionIsUnknown()
    {
        var answer = await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1},{\"value\":1,\"partition\":4}]}");

        Assert.Equal((404, 40402), (answer.Status, answer.ErrorCode));
        Assert.Empty(_server.Consume(_server.Pin));
    }

    [Fact]
    public async Task Post_TakesGzipAndChunks_AsTheyCome()
    {
        var value = "{\"text\":\"" + new string('x', 300_000) + "\"}";
        var plain = Encoding.UTF8.GetBytes($"{{\"records\":[{{\"value\":{value},\"partition\":2}}]}}");
        var packed = new ByteArrayContent(Gzip(plain));
        packed.Headers.ContentEncoding.Add("gzip");

        Assert.Equal(200, (await _server.PostAsync($"/topics/{_server.Pin}", packed, IngestionServer.Json)).Status);
        Assert.Equal(200, (await _server.PostAsync($"/topics/{_server.Pin}", new ChunkedContent(plain), IngestionServer.Json)).Status);

        Assert.All(_server.Consume(_server.Pin), record => Assert.Equal(value, Encoding.UTF8.GetString(record.Message.Value)));
        Assert.Equal(2, _server.Consume(_server.Pin).Count);
    }

    [Fact]
    public async Task Post_RefusesWhatItCannotUnpack_WithAReason()
    {
        var lying = new ByteArrayContent("{\"records\":[{\"value\":{}}]}"u8.ToArray());
        lying.Headers.ContentEncoding.Add("gzip");
        var brotli = new ByteArrayContent([1, 2, 3]);
        brotli.Headers.ContentEncoding.Add("br");

        Assert.Equal(400, (await _server.PostAsync($"/topics/{_server.Pin}", lying, IngestionServer.Json)).Status);
        Assert.Equal(415, (await _server.PostAsync($"/topics/{_server.Pin}", brotli, IngestionServer.Json)).Status);
    }

    [Fact]
    public async Task Post_Answers413_WhenARecordIsLargerThanKafkaTakes()
    {
        var answer = await _server.PostAsync(_server.Pin, $"{{\"records\":[{{\"value\":1}},{{\"value\":\"{new string('x', 1_000_001)}\"}}]}}");

        Assert.Equal(413, answer.Status);
        Assert.Contains("Record 1", answer.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Consume(_server.Pin));
    }

    [Fact]
    public async Task Post_AcknowledgesEachRecordOnce_WhenManySendAtATime()
    {
        var bodies = Enumerable.Range(0, 40).Select(request => $"{{\"records\":[{string.Join(',', Enumerable.Range(0, 100).Select(i => $"{{\"key\":\"{i}\",\"value\":{request * 100 + i}}}"))}]}}");

        var answers = await Task.WhenAll(bodies.Select(body => _server.PostAsync(_server.Pin, body)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        var places = answers.SelectMany(answer => answer.Offsets).Select((offset, i) => (Place: ((int)offset!["partition"]!, (long)offset["offset"]!), Value: i)).ToDictionary(pair => pair.Place, pair => pair.Value);
        var stored = _server.Consume(_server.Pin).ToDictionary(record => (record.Partition.Value, record.Offset.Value), record => int.Parse(Encoding.UTF8.GetString(record.Message.Value)));
        Assert.Equal(4000, stored.Count);
        Assert.Equal(places.OrderBy(pair => pair.Value), stored.OrderBy(pair => pair.Value));
    }

    [Fact]
    public async Task Post_IsReadByOthers_AsKcatShows()
    {
        await _server.PostAsync(_server.Pin, "{\"records\":[{\"key\":\"12\",\"value\":{\"index\":12, \"title\":\"ä\"}}]}");

        using var kcat = Process.Start(new ProcessStartInfo("kcat", ["-C", "-q", "-b", EmbeddedBroker.Shared.BootstrapServers, "-t", _server.Pin, "-e", "-f", "%k=%s\\n"]) { RedirectStandardOutput = true })!;

        Assert.Equal("12={\"index\":12, \"title\":\"ä\"}\n", await kcat.StandardOutput.ReadToEndAsync());
    }

    [Theory]
    [InlineData(null, "application/vnd.kafka.v2+json")]
    [InlineData("*/*", "application/vnd.kafka.v2+json")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/vnd.kafka+json", "application/vnd.kafka+json")]
    [InlineData("text/html, application/*;q=0.5", "application/vnd.kafka.v2+json")]
    [InlineData("application/vnd.kafka.v2+json;q=0.4, application/json;q=0.9", "application/json")]
    [InlineData("application/vnd.kafka.v2+json, application/vnd.kafka+json, application/json", "application/vnd.kafka.v2+json")]
    [InlineData("*/*, application/vnd.kafka.v2+json;q=0", "application/vnd.kafka+json")]
    [InlineData("text/html", null)]
    [InlineData("*/*;q=0", null)]
    [InlineData("application/json;q=0, text/*", null)]
    public async Task Answer_HasTheTypeThatTheClientLikesBest_OrThereIsNone(string? accept, string? type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/topics/{_server.Pin}") { Content = new StringContent("{\"records\":[{\"value\":1}]}", null!, IngestionServer.Json) };
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await _server.Http.SendAsync(request);

        Assert.Equal(type is null ? HttpStatusCode.NotAcceptable : HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type ?? "application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(type is null ? 0 : 1, _server.Consume(_server.Pin).Count);
    }

    [Theory]
    [InlineData("{\"records\":[{\"key\":\"k\",\"value\":{}}],\"value_schema\":\"{}\"}", 42201)]
    [InlineData("{\"records\":[{\"key\":null,\"value\":{}}],\"key_schema_id\":1}", 42202)]
    [InlineData("{\"records\":[{\"value\":{}}]}", 42202)]
    [InlineData("{\"records\":[{\"value\":{}}],\"value_schema\":\"{}\"}", 40801)]
    [InlineData("{\"records\":[{\"key\":1,\"value\":{}}],\"value_schema_id\":1,\"key_schema\":\"{}\"}", 40801)]
    [InlineData("[]", 422)]
    [InlineData("{\"records\":", 400)]
    public async Task Post_FaresAsWithoutASchemaRegistry_WhenTheFormatNeedsOne(string body, int error)
    {
        foreach (var format in new[] { "avro", "jsonschema", "protobuf" })
        {
            var answer = await _server.PostAsync(_server.Pin, body, $"application/vnd.kafka.{format}.v2+json");

            Assert.Equal((error > 1000 ? error / 100 : error, error), (answer.Status, answer.ErrorCode));
        }
    }

    [Theory]
    [InlineData("{\"topic_name\":\"mo_user.pin\",\"data\":{\"index\": 17,\"title\":\"x\"}}", "17")]
    [InlineData("{\"topic_name\":\"mo_user.pin\",\"data\":{\"index\":\"17\"}}", "17")]
    [InlineData("{\"data\":{\"ind\":18},\"topic_name\":\"mo_user.pin\"}", "18")]
    [InlineData("{\"topic_name\":\"mo_user.pin\",\"data\":{\"a\":1}}", null)]
    public async Task SendData_StoresTheDataUnderItsIndex_ByTheOriginalsNames(string body, string? key)
    {
        var answer = await _server.PostAsync("/send-data", new StringContent(body), "application/json");

        Assert.Equal(200, answer.Status);
        Assert.Equal("success", (string)answer.Body["status"]!);
        var record = Assert.Single(_server.Consume(_server.Pin));
        Assert.Equal(key, record.Message.Key is null ? null : Encoding.UTF8.GetString(record.Message.Key));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body)!["data"], JsonNode.Parse(record.Message.Value)));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body)!["data"], answer.Body["data"]));
    }

    [Theory]
    [InlineData("{\"topic_name\":\"mo_user.pin\",\"data\":{}", "application/json", 400)]
    [InlineData("{\"topic_name\":\"mo_user.pin\",\"data\":5}", "application/json", 422)]
    [InlineData("{\"topic_name\":5,\"data\":{}}", "application/json", 422)]
    [InlineData("{\"topic_name\":\"mo_user.nope\",\"data\":{}}", "application/json", 404)]
    [InlineData("{\"topic_name\":\"mo_user.pin\",\"data\":{}}", "text/plain", 415)]
    public async Task SendData_TellsTheTruth_WhenItCannot(string body, string type, int status)
    {
        var answer = await _server.PostAsync("/send-data", new StringContent(body), type);

        Assert.Equal((status, status), (answer.Status, (int)answer.Body["status"]!));
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    private sealed class ChunkedContent(byte[] bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var chunk in bytes.Chunk(1000))
            {
                await stream.WriteAsync(chunk);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
