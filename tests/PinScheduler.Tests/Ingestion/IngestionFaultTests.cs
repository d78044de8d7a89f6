using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Ingestion;
using PinScheduler.Kafka;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

public sealed class NativeIngestionFaultTests() : IngestionFaultTests(native: true);

public sealed class ConfluentIngestionFaultTests() : IngestionFaultTests(native: false);

/// <summary>A broker of their own, one after another: each leaves it well. The same for both ways to produce.</summary>
public abstract class IngestionFaultTests(bool native) : IAsyncLifetime
{
    private const int Produce = 0;
    private const int InitProducerId = 22;
    private const int Disconnects = -195;
    private const string One = "{\"records\":[{\"key\":\"1\",\"value\":1}]}";

    private EmbeddedBroker _broker = null!;
    private IngestionServer _server = null!;

    public async Task InitializeAsync()
    {
        _broker = await Task.Run(() => new EmbeddedBroker());
        _server = await StartAsync(_broker);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Post_Answers200AndStoresOnce_WhenErrorsPass()
    {
        int[] passing = [2, 3, 5, 6, 7, 14, 19, 20, 56, Disconnects];
        foreach (var error in passing)
        {
            await _broker.PushErrorsAsync(Produce, error);
            Assert.Equal((200, error), ((await _server.PostAsync(_server.Pin, $"{{\"records\":[{{\"value\":{error}}}]}}")).Status, error));
        }

        Assert.Equal(passing.Order(), _server.Consume(_server.Pin).Select(record => int.Parse(Encoding.UTF8.GetString(record.Message.Value), CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Post_AnswersForEachRecordAndGoesOn_WhenKafkaRefuses()
    {
        (int Status, int Error)[] refusals = [(413, 10), (503, 13), (500, 31), (500, 41), (500, 44), (500, 48), (500, 87), (500, 89), (500, 90)];
        foreach (var (status, error) in refusals)
        {
            await _broker.PushErrorsAsync(Produce, error);

            var refused = await _server.PostAsync(_server.Pin, One);

            Assert.Equal((status, error), (refused.Status, error));
            Assert.Contains("has not been stored", (string)Assert.Single(refused.Offsets)!["error"]!, StringComparison.Ordinal);
            Assert.Equal((200, error), ((await _server.PostAsync(_server.Pin, One)).Status, error));
        }

        Assert.Equal(refusals.Length, _server.Consume(_server.Pin).Count);
    }

    [Fact]
    public async Task Post_GoesOn_WhenTheTopicIsAllowedAgain()
    {
        await using var server = await StartAsync(_broker, ("Kafka:topic.metadata.refresh.interval.ms", "500"));
        await _broker.PushErrorsAsync(Produce, 29);

        var answer = await server.PostAsync(server.Pin, One);

        Assert.Equal((500, 50002), (answer.Status, answer.ErrorCode));
        for (var started = Stopwatch.StartNew(); answer.Status != 200 && started.Elapsed < TimeSpan.FromSeconds(10);)
        {
            answer = await server.PostAsync(server.Pin, One);
        }

        Assert.Equal(200, answer.Status);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(53)]
    public async Task Post_GoesOn_WhenTheBrokerAtFirstLetsNoProducerBegin(int error)
    {
        await _broker.PushErrorsAsync(InitProducerId, error);

        var refused = await _server.PostAsync(_server.Pin, One);

        Assert.Equal((503, 50003), (refused.Status, refused.ErrorCode));
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        Assert.Single(_server.Consume(_server.Pin));
    }

    [Fact]
    public async Task Post_Answers200_WhenTheBrokerIsSlow()
    {
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        await _broker.DelayAsync(400);

        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
    }

    [Fact]
    public async Task Post_Answers200_WhenTheLeaderMoves()
    {
        await using var two = await Task.Run(() => new EmbeddedBroker(brokers: 2));
        await using var server = await StartAsync(two);
        foreach (var leader in new[] { 1, 2, 1 })
        {
            await two.SetLeaderAsync(server.Pin, 0, leader);
            await two.SetLeaderAsync(server.Pin, 1, 3 - leader);

            Assert.Equal(200, (await server.PostAsync(server.Pin, "{\"records\":[{\"value\":1,\"partition\":0},{\"value\":1,\"partition\":1}]}")).Status);
        }

        Assert.Equal(6, server.Consume(server.Pin).Count);
    }

    [Fact]
    public async Task Post_Answers200_WhenTheQueueIsFullInItsMiddle()
    {
        await using var server = await StartAsync(_broker, ("Kafka:queue.buffering.max.messages", "50"));
        var body = $"{{\"records\":[{string.Join(',', Enumerable.Range(0, 2000).Select(i => $"{{\"value\":{i}}}"))}]}}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.PostAsync(server.Pin, body)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(6000, server.Consume(server.Pin).Count);
        Assert.Equal(6000, answers.SelectMany(answer => answer.Offsets).Select(offset => offset!.ToJsonString()).Distinct().Count());
    }

    [Fact]
    public async Task Stop_WaitsForWhatWasTaken()
    {
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        await _broker.DelayAsync(500);
        var posts = Enumerable.Range(0, 10).Select(_ => _server.PostAsync(_server.Pin, One)).ToList();
        await IngestionServer.UntilAsync(() => _server.Services.GetRequiredService<Ingestor>().Records.Taken == 10);

        await _server.StopAsync();

        Assert.All(await Task.WhenAll(posts), answer => Assert.Equal(200, answer.Status));
        Assert.Equal(11, _server.Consume(_server.Pin).Count);
    }

    [Fact]
    public async Task Dispose_WaitsForKafkasWord_OnWhatItHolds()
    {
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        await _broker.DelayAsync(500);
        var producer = _server.Services.GetRequiredService<RecordProducer>();
        var batch = new ProduceBatch(_server.Pin, "12"u8.ToArray(), [new ProduceRecord { Value = new Slice(0, 1) }, new ProduceRecord { Value = new Slice(1, 1) }], null);
        var producing = producer.ProduceAsync(batch);
        Assert.False(producing.IsCompleted);

        producer.Dispose();

        await producing.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, batch.Failed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => producer.ProduceAsync(batch));
    }

    [Fact]
    public async Task Post_Answers200WithUnknownOffset_WhenKafkaHasTheRecordAlready()
    {
        await _broker.PushErrorsAsync(Produce, 46);

        var answer = await _server.PostAsync(_server.Pin, One);

        Assert.Equal(200, answer.Status);
        Assert.Equal(-1, (long)answer.Offsets[0]!["offset"]!);
        Assert.Null(answer.Offsets[0]!["error_code"]);
    }

    [Theory]
    [InlineData(45)] // out of order: fatal for the producer
    [InlineData(47)] // invalid producer epoch
    [InlineData(59)] // unknown producer id
    public async Task Post_GoesOnWithAnotherProducer_WhenOneHasEnded(int error)
    {
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        await _broker.PushErrorsAsync(Produce, error);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _server.PostAsync(_server.Pin, One)));
        await _broker.ClearErrorsAsync(Produce);

        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
    }

    [Fact]
    public async Task Post_TellsWhichRecordsFailed_WhenKafkaRefusesSome()
    {
        await _broker.PushErrorsAsync(Produce, 87);

        var answer = await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1,\"partition\":0},{\"value\":2,\"partition\":1}]}");

        Assert.Equal((500, 50002), (answer.Status, answer.ErrorCode));
        Assert.Equal(2, answer.Offsets.Count);
        var failed = Assert.Single(answer.Offsets, offset => offset!["error_code"] is not null)!;
        Assert.Equal(1, (int)failed["error_code"]!);
        Assert.Contains("has not been stored", (string)failed["error"]!, StringComparison.Ordinal);
        var stored = Assert.Single(_server.Consume(_server.Pin));
        Assert.NotEqual((int)failed["partition"]!, stored.Partition.Value);
    }

    [Fact]
    public async Task Post_Answers503ThenGoesOn_WhenTheBrokerIsAwayForAWhile()
    {
        await using var server = await StartAsync(_broker, messageTimeout: 1500);
        Assert.Equal(200, (await server.PostAsync(server.Pin, One)).Status);
        await _broker.TakeDownAsync();

        var away = await server.PostAsync(server.Pin, One);
        await _broker.BringUpAsync();

        Assert.Equal((503, 50003), (away.Status, away.ErrorCode));
        Assert.NotNull(away.Response.Headers.RetryAfter);
        Assert.Equal(2, (int)away.Offsets[0]!["error_code"]!);
        await WaitForSuccess(server);
    }

    [Fact]
    public async Task Post_TakesTheNewTopic_WhenItWasDeletedAndCreatedAgain()
    {
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        await _broker.DeleteTopicAsync(_server.Pin);
        await _broker.CreateTopicAsync(_server.Pin, 2);

        await WaitForSuccess(_server);

        Assert.NotEmpty(_server.Consume(_server.Pin));
    }

    [Fact]
    public async Task Ledger_CountsWhatWasAcknowledged_AndOnlyThat()
    {
        var ledger = _server.Services.GetRequiredService<AcceptedLedger>();
        await _server.PostAsync(_server.Pin, "{\"records\":[{\"key\":\"k\",\"value\":\"12345678\",\"partition\":0},{\"value\":1,\"partition\":0}]}");
        await _broker.PushErrorsAsync(Produce, 87);
        await _server.PostAsync(_server.Pin, "{\"records\":[{\"value\":1,\"partition\":0}]}");

        Assert.Equal(new PendingRoom(AcceptedLedger.Cost(1, 10) + AcceptedLedger.Cost(0, 1), 2), ledger.Pending(_server.Pin, 0));
        ledger.Drained(_server.Pin, 0, 2);
        Assert.Equal(default, ledger.Pending(_server.Pin, 0));
    }

    // on a busy machine a connection that was cut may take seconds to come back
    private Task<IngestionServer> StartAsync(EmbeddedBroker broker, params (string Key, string Value)[] settings) => StartAsync(broker, messageTimeout: 20_000, settings);

    private Task<IngestionServer> StartAsync(EmbeddedBroker broker, int messageTimeout, params (string Key, string Value)[] settings) => IngestionServer.StartAsync(
        broker, "faults", 2, null, [("Kafka:NativeProducer", native.ToString()), ("Kafka:message.timeout.ms", $"{messageTimeout}"), ("Kafka:retry.backoff.ms", "20"), .. settings]);

    private static async Task WaitForSuccess(IngestionServer server)
    {
        var answer = await server.PostAsync(server.Pin, One);
        for (var tries = 0; answer.Status != 200 && tries < 10; tries++)
        {
            answer = await server.PostAsync(server.Pin, One);
        }

        Assert.Equal(200, answer.Status);
    }
}
