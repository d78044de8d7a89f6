using Microsoft.Extensions.Options;

namespace PinScheduler.Stages.Maintain;

internal static class MaintainServices
{
    public static IServiceCollection AddMaintain(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DiskOptions>().Bind(configuration.GetSection(DiskOptions.Section)).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<DiskOptions>, DiskOptionsValidator>();
    }
}
