using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Ingestion;
using PinScheduler.Kafka;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

public sealed class IngestionLimitsTests : IAsyncLifetime
{
    private IngestionServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "limits", 2, null,
        ("Pipeline:MaxRequestBytes", "3000000"), ("Pipeline:MaxBytesInFlight", "6000000"), ("Pipeline:MaxRecordsInFlight", "1000"), ("Pipeline:MaxRecordsPerRequest", "2000"), ("Pipeline:MaxRequests", "3"));

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Post_Answers413_WhenTheBodyIsTooLarge(bool chunked, bool packed)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"records\":[{{\"value\":\"{new string('x', 3_000_000)}\"}}]}}");
        var stream = new MemoryStream();
        await using (var writer = packed ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : (Stream)stream)
        {
            await writer.WriteAsync(body);
        }

        HttpContent content = chunked ? new StreamContent(new NoLength(new MemoryStream(body))) : new ByteArrayContent(packed ? stream.ToArray() : body);
        if (packed)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        var answer = await _server.PostAsync($"/topics/{_server.Pin}", content, IngestionServer.Json);

        Assert.Equal((413, 413), (answer.Status, answer.ErrorCode));
        Assert.Equal(0, _server.Services.GetRequiredService<Ingestor>().Bytes.Taken);
    }

    [Theory]
    [InlineData(1001, "MaxRecordsInFlight")]
    [InlineData(2001, "MaxRecordsPerRequest")]
    public async Task Post_Answers413_WhenThereAreMoreRecordsThanOneMaySend(int records, string limit)
    {
        var answer = await _server.PostAsync(_server.Pin, $"{{\"records\":[{string.Join(',', Enumerable.Repeat("{\"value\":1}", records))}]}}");

        Assert.Equal((413, 413), (answer.Status, answer.ErrorCode));
        Assert.Contains(limit, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Answers429_WhenOthersAreUnderWay()
    {
        var endpoints = _server.Services.GetRequiredService<IngestionEndpoints>();
        var slow = Enumerable.Range(0, 3).Select(_ => new SlowBody("{\"records\":[{\"value\":1}]}"u8.ToArray())).ToList();
        var sending = slow.Select(body => _server.PostAsync($"/topics/{_server.Pin}", body, IngestionServer.Json)).ToList();
        await IngestionServer.UntilAsync(() => endpoints.UnderWay == 3);

        var refused = await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1}]}");
        slow.ForEach(body => body.Finish());

        Assert.Equal((429, "1"), (refused.Status, refused.Response.Headers.RetryAfter!.ToString()));
        Assert.All(await Task.WhenAll(sending), answer => Assert.Equal(200, answer.Status));
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1}]}")).Status);
        Assert.Equal(0, endpoints.UnderWay);
    }

    [Fact]
    public async Task Post_Answers429AndComesBack_WhenAPartitionIsFullUntilDrained()
    {
        var large = $"{{\"records\":[{string.Join(',', Enumerable.Repeat($"{{\"value\":\"{new string('x', 800_000)}\",\"partition\":1}}", 3))}]}}";
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, large)).Status);

        var refused = await _server.PostAsync(_server.Pin, large);
        var otherPartition = await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1,\"partition\":0}]}");

        Assert.Equal((429, 429), (refused.Status, refused.ErrorCode));
        Assert.Equal("1", refused.Response.Headers.RetryAfter!.ToString());
        Assert.Equal(200, otherPartition.Status);
        Assert.Equal(3, _server.Consume(_server.Pin).Count(record => record.Partition == 1));

        _server.Services.GetRequiredService<AcceptedLedger>().Drained(_server.Pin, 1, 3);
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, large)).Status);
    }

    [Fact]
    public async Task Post_Answers429_WhenOthersHoldTheMemory()
    {
        var budget = _server.Services.GetRequiredService<Ingestor>().Bytes;
        Assert.True(await budget.TryTakeAsync(6_000_000, default));

        var refused = await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1}]}");
        budget.Release(6_000_000);
        var taken = await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1}]}");

        Assert.Equal((429, 200), (refused.Status, taken.Status));
        Assert.Equal(0, budget.Taken);
    }

    /// <summary>Sends all but its last byte, and that when it is told to.</summary>
    private sealed class SlowBody(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Finish() => _finish.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length - 1));
            await stream.FlushAsync();
            await _finish.Task;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length - 1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }

    private sealed class NoLength(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
