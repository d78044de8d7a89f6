using Microsoft.Extensions.Options;
using PinScheduler.Hosting;
using PinScheduler.Settings;

namespace PinScheduler.Landing;

internal static class LandingServices
{
    public static IServiceCollection AddLanding(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<LandingOptions>(configuration, LandingOptions.Section);
        services.AddSingleton<IValidateOptions<LandingOptions>, LandingOptionsValidator>();
        return services
            .AddSingleton(provider => new LandingFolder(provider.GetRequiredService<IOptions<LandingOptions>>().Value.LandingDirectory is { Length: > 0 } given
                ? given
                : provider.GetRequiredService<DataFolder>().Combine("landing")))
            .AddSingleton<LandingSteps>()
            .AddSingleton<LandingOwner>()
            .AddSingleton<LandingStart>()
            .AddSingleton<LandingStore>()
            .AddSingleton<LandingRuns>()
            .AddSingleton<LandingAudit>()
            .AddSingleton<LandingRetention>()
            .AddSingleton<PartitionClaims>();
    }
}
