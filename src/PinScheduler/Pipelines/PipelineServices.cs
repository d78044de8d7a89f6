using Microsoft.Extensions.Options;
using PinScheduler.Orchestration;
using PinScheduler.Stages.Drain.Sharing;

namespace PinScheduler.Pipelines;

internal static class PipelineServices
{
    public static void AddNightly(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<NightlyOptions>().Bind(configuration.GetSection(NightlyOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NightlyOptions>, ScheduleValidator>();
        services.AddSingleton<IIngestServers, IngestServers>();
        // a value that is neither is for the options to refuse
        if (!string.Equals(configuration[$"{NightlyOptions.Section}:{nameof(NightlyOptions.Enabled)}"], bool.FalseString, StringComparison.OrdinalIgnoreCase))
        {
            services.AddPipeline(NightlyPipeline.Key, NightlyPipeline.Describe);
        }
    }

    public static void AddMaintenance(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MaintenanceOptions>().Bind(configuration.GetSection(MaintenanceOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MaintenanceOptions>, ScheduleValidator>();
        services.AddPipeline(MaintenancePipeline.Key, MaintenancePipeline.Describe);
    }
}
