using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PinScheduler.Settings;
using PinScheduler.Stages.Drain.Reading;
using PinScheduler.Stages.Drain.Sharing;

namespace PinScheduler.Stages.Drain;

internal static class DrainServices
{
    /// <summary>Before Hangfire's server and whatever else produces or drains: <see cref="DrainAhead"/> must start first and stop last.</summary>
    public static IServiceCollection AddDrain(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DrainOptions>(configuration, DrainOptions.Section);
        services.AddSingleton<IValidateOptions<DrainOptions>, DrainOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RecordReaders>();
        services.AddSingleton<TopicDrain>();
        services.AddSingleton<FileRepair>();
        services.AddSingleton<ExpiredOffsets>();
        services.AddSingleton<PartitionLocks>();
        services.AddSingleton<PatientBroker>();
        services.AddSingleton<EmulatedOffsets>();
        services.AddSingleton<DrainOffers>();
        services.AddSingleton<DrainHelp>();
        services.AddSingleton<DrainAhead>();
        services.AddHostedService(provider => provider.GetRequiredService<DrainAhead>());
        services.AddHostedService(provider => provider.GetRequiredService<DrainHelp>());
        return services;
    }
}
