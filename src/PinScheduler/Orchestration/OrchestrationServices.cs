using Hangfire;
using Hangfire.MySql;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PinScheduler.Hosting;
using PinScheduler.Orchestration.Api;
using PinScheduler.Orchestration.Backfill;
using PinScheduler.Orchestration.Events;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Orchestration.History;
using PinScheduler.Orchestration.Jobs;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Orchestration.Schedule;
using PinScheduler.Settings;

namespace PinScheduler.Orchestration;

public static class OrchestrationServices
{
    /// <summary>Adds a pipeline; it is built and checked when the server starts, and a wrong one stops the start.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services, string key, Action<IServiceProvider, PipelineBuilder> describe) =>
        services.AddSingleton(new PipelineRegistration(key, describe));

    /// <summary>Hangfire with its servers, and runs on it. A <see cref="JobStorage"/> that is registered before is taken instead of MySQL.</summary>
    internal static IServiceCollection AddOrchestration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<OrchestrationOptions>(configuration, OrchestrationOptions.Section);
        services.AddSingleton<IValidateOptions<OrchestrationOptions>, OrchestrationOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<JobStorage>(_ => new MySqlStorage(ConnectionString(configuration), new MySqlStorageOptions { TablesPrefix = "Hangfire" }));
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseStorage(provider.GetRequiredService<JobStorage>()));

        services.AddSingleton<PipelineCatalog>().AddSingleton<VersionStore>();
        services.AddSingleton<RunStore>().AddSingleton<RunBalance>().AddSingleton<RunWarnings>().AddSingleton<RunStarter>().AddSingleton<RunControl>().AddSingleton<RunPlanner>().AddSingleton<Backfills>();
        services.AddSingleton<UsualTimes>().AddSingleton<RunReader>().AddSingleton<PipelineReader>().AddSingleton<GridReader>().AddSingleton<TaskLogReader>().AddSingleton<ActivityReader>();
        services.AddSingleton<RunJobs>().AddSingleton<TaskClaims>().AddSingleton<TaskOutcomes>().AddSingleton<RetryDelays>().AddSingleton<TaskElection>().AddSingleton<TaskLog>().AddSingleton<ServedQueues>();
        services.AddSingleton<Reconciler>().AddSingleton<ScheduleTicks>().AddSingleton<RecurringJobs>().AddSingleton<ScheduleKeeper>().AddSingleton<PipelinePause>();
        services.AddSingleton<AttemptWatch>().AddHostedService(provider => provider.GetRequiredService<AttemptWatch>());
        services.AddSettings<RetentionOptions>(configuration, RetentionOptions.Section);
        services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>().AddSingleton<RunRetention>();
        services.TryAddSingleton(EventChannels.None);
        services.AddSingleton<EventOutbox>().AddSingleton<RunEvents>().AddSingleton<RunWatch>().AddHostedService(provider => provider.GetRequiredService<RunWatch>());
        services.AddScoped<TaskAttempt>();

        services.AddHostedService<HangfireStart>().AddHostedService<PipelineStart>().AddHostedService(provider => provider.GetRequiredService<ScheduleKeeper>()).AddHostedService<ReconcilerLoop>().AddHostedService<QueueServers>();
        return services;
    }

    private static string ConnectionString(IConfiguration configuration) =>
        configuration.GetConnectionString("Hangfire") is { Length: > 0 } own ? own
        : configuration.GetConnectionString("MySql") is { Length: > 0 } shared ? shared
        : ConfigurationSources.ComposeMySql;
}
