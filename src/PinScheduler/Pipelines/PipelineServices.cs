using PinScheduler.Orchestration;

namespace PinScheduler.Pipelines;

internal static class PipelineServices
{
    public static void AddNightly(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<NightlyOptions>().Bind(configuration.GetSection(NightlyOptions.Section)).ValidateOnStart();
        services.AddPipeline(NightlyPipeline.Key, NightlyPipeline.Describe);
    }
}
