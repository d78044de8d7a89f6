using Microsoft.AspNetCore.Connections;
using PinScheduler.Kafka;
using PinScheduler.Settings;

namespace PinScheduler.Ingestion;

internal static class IngestionServices
{
    public static IServiceCollection AddIngestion(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<IngestionOptions>(configuration, IngestionOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();
        services.AddSingleton<RecordProducer>();
        services.AddSingleton<Ingestor>();
        services.AddSingleton<TopicAliases>();
        services.AddSingleton<IngestionEndpoints>();
        services.AddSingleton<TopicEndpoints>();
        services.AddSingleton<IBrokerRoom>(provider => provider.GetRequiredService<KafkaClients>().Embedded
            ? new EmbeddedRoom(provider.GetRequiredService<AcceptedLedger>())
            : new UnlimitedRoom());
        return services;
    }

    public static void MapIngestion(this WebApplication app)
    {
        var posts = app.Services.GetRequiredService<IngestionEndpoints>();
        var topics = app.Services.GetRequiredService<TopicEndpoints>();
        app.MapPost("/topics/{topic}", posts.PostTopicAsync).WithMetadata(new OwnBodyLimit());
        app.MapPost("/send-data", posts.SendDataAsync).WithMetadata(new OwnBodyLimit());
        app.MapGet("/topics", topics.ListAsync);
        app.MapGet("/topics/{topic}", topics.ShowAsync);
    }

    // the body is read by us, against our own limit, which is known only unpacked
    private sealed class OwnBodyLimit : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
