using Microsoft.Extensions.Options;

namespace PinScheduler.Source;

internal static class SourceServices
{
    public static IServiceCollection AddSource(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SourceOptions>().Bind(configuration.GetSection(SourceOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SourceOptions>, SourceOptionsValidator>();
        services.AddSingleton<SourceSeeder>();
        return services;
    }
}
