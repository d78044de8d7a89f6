using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PinScheduler.Settings;

namespace PinScheduler.Kafka;

internal static class KafkaServices
{
    public static IServiceCollection AddKafka(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<KafkaOptions>(configuration, KafkaOptions.Section);
        // what is not ours of the section is librdkafka's, which refuses what it does not know
        services.AddPlainSettings(KafkaOptions.Section);
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<TopicCatalog>();
        services.AddSingleton<AcceptedLedger>();
        return services;
    }
}
