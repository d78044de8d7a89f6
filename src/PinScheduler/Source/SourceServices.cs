using Microsoft.Extensions.Options;
using PinScheduler.Settings;

namespace PinScheduler.Source;

internal static class SourceServices
{
    public static IServiceCollection AddSource(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<SourceOptions>(configuration, SourceOptions.Section);
        services.AddSingleton<IValidateOptions<SourceOptions>, SourceOptionsValidator>();
        services.AddSingleton<SourceSeeder>();
        return services;
    }
}
