using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Kafka;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

public sealed class NativeIngestionFaultTests() : IngestionFaultTests(native: true);

public sealed class ConfluentIngestionFaultTests() : IngestionFaultTests(native: false);

/// <summary>A broker of their own, one after another: each leaves it well. The same for both ways to produce.</summary>
public abstract class IngestionFaultTests(bool native) : IAsyncLifetime
{
    private const int Produce = 0;
    private const string One = "{\"records\":[{\"key\":\"1\",\"value\":1}]}";

    private EmbeddedBroker _broker = null!;
    private IngestionServer _server = null!;

    public async Task InitializeAsync()
    {
        _broker = await Task.Run(() => new EmbeddedBroker());
        _server = await IngestionServer.StartAsync(_broker, "faults", 2, null, ("Kafka:NativeProducer", native.ToString()), ("Kafka:message.timeout.ms", "1500"), ("Kafka:retry.backoff.ms", "20"));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Post_Answers200_WhenErrorsPass()
    {
        await _broker.PushErrorsAsync(Produce, 6, 7, 19, 5);

        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        Assert.Single(_server.Consume(_server.Pin));
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
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        await _broker.TakeDownAsync();

        var away = await _server.PostAsync(_server.Pin, One);
        await _broker.BringUpAsync();

        Assert.Equal((503, 50003), (away.Status, away.ErrorCode));
        Assert.NotNull(away.Response.Headers.RetryAfter);
        Assert.Equal(2, (int)away.Offsets[0]!["error_code"]!);
        await WaitForSuccess();
    }

    [Fact]
    public async Task Post_TakesTheNewTopic_WhenItWasDeletedAndCreatedAgain()
    {
        Assert.Equal(200, (await _server.PostAsync(_server.Pin, One)).Status);
        await _broker.DeleteTopicAsync(_server.Pin);
        await _broker.CreateTopicAsync(_server.Pin, 2);

        await WaitForSuccess();

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

    private async Task WaitForSuccess()
    {
        var answer = await _server.PostAsync(_server.Pin, One);
        for (var tries = 0; answer.Status != 200 && tries < 10; tries++)
        {
            answer = await _server.PostAsync(_server.Pin, One);
        }

        Assert.Equal(200, answer.Status);
    }
}
