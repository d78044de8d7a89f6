using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PinScheduler.Database;
using PinScheduler.Ingestion;
using PinScheduler.Kafka;
using PinScheduler.Stages.Emulate;
using PinScheduler.Stages.Topics;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

/// <summary>Kestrel on a free port with the ingestion rooms and the stages that need them, in front of a real broker process.</summary>
internal sealed class IngestionServer : IAsyncDisposable
{
    public const string Json = "application/vnd.kafka.json.v2+json";
    public const string Binary = "application/vnd.kafka.binary.v2+json";

    private readonly WebApplication _app;
    private readonly EmbeddedBroker _broker;

    private IngestionServer(WebApplication app, EmbeddedBroker broker, IReadOnlyDictionary<string, string> topics)
    {
        _app = app;
        _broker = broker;
        Topics = topics;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IReadOnlyDictionary<string, string> Topics { get; }

    public string Pin => Topics["pin"];

    /// <summary>Without a connection string, the database is away.</summary>
    public static async Task<IngestionServer> StartAsync(EmbeddedBroker broker, string prefix, int partitions = 4, string? database = null, params (string Key, string Value)[] settings) =>
        await StartAsync(broker, await broker.CreateTopicsAsync(prefix, partitions), database, null, settings);

    public static async Task<IngestionServer> StartAsync(EmbeddedBroker broker, IReadOnlyDictionary<string, string> topics, string? database, Action<IServiceCollection>? services, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(broker.Settings(topics));
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:MySql", database)]);
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddKafka(builder.Configuration).AddIngestion(builder.Configuration).AddTopics(builder.Configuration).AddEmulate(builder.Configuration);
        services?.Invoke(builder.Services);
        builder.Services.AddSingleton(new Warehouse(database ?? "Server=127.0.0.1;Port=1;User ID=nobody;Database=none;Connection Timeout=1"));
        var app = builder.Build();
        app.UseRouting();
        app.MapIngestion();
        await app.StartAsync();
        return new IngestionServer(app, broker, topics);
    }

    public Task<Answer> PostAsync(string topic, string body, string type = Json) => PostAsync($"/topics/{topic}", new ByteArrayContent(Encoding.UTF8.GetBytes(body)), type);

    public async Task<Answer> PostAsync(string path, HttpContent content, string? type = null)
    {
        content.Headers.ContentType = type is null ? content.Headers.ContentType : MediaTypeHeaderValue.Parse(type);
        using var response = await Http.PostAsync(path, content);
        return new Answer((int)response.StatusCode, response, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Everything in a topic, by partition and offset.</summary>
    public IReadOnlyList<ConsumeResult<byte[], byte[]>> Consume(string topic)
    {
        var clients = _broker.Clients();
        using var catalog = new TopicCatalog(clients, TimeProvider.System);
        var partitions = catalog.FindAsync(topic, default).AsTask().GetAwaiter().GetResult()!.Partitions;
        using var consumer = clients.CreateDrainConsumer<byte[], byte[]>(builder => builder);
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.Partition, 0)));
        var read = new List<ConsumeResult<byte[], byte[]>>();
        for (var ended = 0; ended < partitions.Count;)
        {
            var next = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException("The topic did not end within ten seconds.");
            if (next.IsPartitionEOF)
            {
                ended++;
            }
            else
            {
                read.Add(next);
            }
        }

        return [.. read.OrderBy(result => result.Partition.Value).ThenBy(result => result.Offset.Value)];
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>As a server stops: requests that are under way come to their end first.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    internal sealed record Answer(int Status, HttpResponseMessage Response, JsonNode Body)
    {
        public int ErrorCode => (int)Body["error_code"]!;

        public string Message => (string)Body["message"]!;

        public JsonArray Offsets => Body["offsets"]!.AsArray();
    }
}
