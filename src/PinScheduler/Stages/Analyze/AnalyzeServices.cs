using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Settings;
using PinScheduler.Stages.Analyze.Rollups;

namespace PinScheduler.Stages.Analyze;

internal static class AnalyzeServices
{
    /// <summary>Reads the SQL files at start; a pipeline makes a <see cref="RollupStage"/>, <see cref="AnalyzeStage"/> or <see cref="CheckStage"/> of each.</summary>
    public static IServiceCollection AddAnalyze(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(static provider => SqlTasks.Load(provider.GetRequiredService<SqlFolder>()));
        services.AddSingleton<RollupKeeper>().AddSingleton<ResultRetention>();
        foreach (var tables in new[] { ResultTables.Of(SqlTaskKind.Analysis), ResultTables.Of(SqlTaskKind.Check) })
        {
            services.AddSingleton(new RunReference(tables.Head, "run", "x.pruned_at is null"));
        }

        services.AddSettings<ResultRetentionOptions>(configuration, ResultRetentionOptions.Section);
        services.AddSingleton<IValidateOptions<ResultRetentionOptions>, ResultRetentionOptionsValidator>();
        return services;
    }
}
