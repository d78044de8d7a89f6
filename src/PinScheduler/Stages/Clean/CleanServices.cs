using Microsoft.Extensions.Options;

namespace PinScheduler.Stages.Clean;

internal static class CleanServices
{
    public static IServiceCollection AddClean(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CleanOptions>().Bind(configuration.GetSection(CleanOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CleanOptions>, CleanOptionsValidator>();
        services.AddSingleton<CleanTables>();
        services.AddSingleton<CleanedFiles>();
        services.AddSingleton<FileCleaner>();
        return services;
    }
}
