using Microsoft.Extensions.Options;
using PinScheduler.Settings;

namespace PinScheduler.Stages.Maintain;

internal static class MaintainServices
{
    public static IServiceCollection AddMaintain(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DiskOptions>(configuration, DiskOptions.Section);
        return services.AddSingleton<IValidateOptions<DiskOptions>, DiskOptionsValidator>();
    }
}
