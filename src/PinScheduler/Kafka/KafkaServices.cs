using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace PinScheduler.Kafka;

internal static class KafkaServices
{
    public static IServiceCollection AddKafka(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KafkaOptions>().Bind(configuration.GetSection(KafkaOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<TopicCatalog>();
        services.AddSingleton<AcceptedLedger>();
        return services;
    }
}
