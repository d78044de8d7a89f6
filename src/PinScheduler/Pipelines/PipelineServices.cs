using Microsoft.Extensions.Options;
using PinScheduler.Orchestration;
using PinScheduler.Settings;
using PinScheduler.Stages.Drain.Sharing;

namespace PinScheduler.Pipelines;

internal static class PipelineServices
{
    public static void AddNightly(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<NightlyOptions>(configuration, NightlyOptions.Section);
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
        services.AddSettings<MaintenanceOptions>(configuration, MaintenanceOptions.Section);
        services.AddSingleton<IValidateOptions<MaintenanceOptions>, ScheduleValidator>();
        services.AddPipeline(MaintenancePipeline.Key, MaintenancePipeline.Describe);
    }
}
