using Microsoft.Extensions.Options;
using PinScheduler.Settings;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Loading;

namespace PinScheduler.Stages.Clean;

internal static class CleanServices
{
    public static IServiceCollection AddClean(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(CleanOptions.Section);
        services.AddSettings<CleanOptions>(configuration, CleanOptions.Section).Configure(options => AddBareColumns(options, section)).Configure(options => options.BoundNames = [.. section.GetSection(nameof(CleanOptions.Bounds)).GetChildren().Select(static bound => bound.Key)]);
        services.AddSingleton<IValidateOptions<CleanOptions>, CleanOptionsValidator>();
        services.AddSingleton<CleanTables>();
        services.AddSingleton<CleanedFiles>();
        services.AddSingleton<CleanSlots>();
        services.AddSingleton<FactKeys>();
        services.AddSingleton<BatchLoader>();
        services.AddSingleton<FileCleaner>();
        services.AddSingleton<FileExplainer>();
        return services;
    }

    // the binder leaves out a column with an empty list, which here means: none, not even the default ones; a text alone is a list of one
    private static void AddBareColumns(CleanOptions options, IConfiguration section)
    {
        foreach (var column in section.GetSection(nameof(CleanOptions.Placeholders)).GetChildren())
        {
            options.Placeholders.TryAdd(column.Key, column.Value is { Length: > 0 } text ? [text] : []);
        }
    }
}
