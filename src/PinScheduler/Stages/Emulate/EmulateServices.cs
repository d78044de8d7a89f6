using PinScheduler.Settings;

namespace PinScheduler.Stages.Emulate;

internal static class EmulateServices
{
    public static IServiceCollection AddEmulate(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<EmulateOptions>(configuration, EmulateOptions.Section).ValidateDataAnnotations()
            .Validate(options => options.IngestionUrl.Length == 0 || Uri.TryCreate(options.IngestionUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", "'Pipeline:IngestionUrl' must be an address such as http://127.0.0.1:5080, or empty for this server's own.");
        services.AddHttpClient(IngestionClient.Name);
        services.AddSingleton<SourceDatabase>();
        services.AddSingleton<SourceCheck>().AddHostedService(static provider => provider.GetRequiredService<SourceCheck>());
        services.AddSingleton<SourceTables>();
        services.AddSingleton<IngestionAddress>();
        services.AddSingleton<IngestionClient>();
        services.AddSingleton<EmulatedOffsetStore>();
        services.AddSingleton<EmulateProgressStore>();
        services.AddSingleton<EmulateStage>();
        return services;
    }
}
