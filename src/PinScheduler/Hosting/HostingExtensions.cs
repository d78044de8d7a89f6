using PinScheduler.Database;
using PinScheduler.Kafka;
using PinScheduler.Settings;

namespace PinScheduler.Hosting;

internal static class HostingExtensions
{
    public static void AddHosting(this IServiceCollection services, IConfiguration configuration)
    {
        ConnectionStrings.Check(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(SqlFolder.Find(configuration));
        services.AddSingleton(new DataFolder(configuration["Data"] is { Length: > 0 } data ? data : "data"));
        services.AddSingleton(new Warehouse(configuration.GetConnectionString("MySql") is { Length: > 0 } named ? named : ConfigurationSources.ComposeMySql));
        services.PostConfigure<KafkaOptions>(kafka => kafka.BootstrapServers = kafka.BootstrapServers is { Length: > 0 } named ? named : ConfigurationSources.ComposeKafka);
        services.AddSingleton<SchemaInstaller>();
        services.AddStartWarnings();
        services.AddPlainSettings([.. ConnectionStrings.Names.Select(static name => "ConnectionStrings:" + name), "Urls", "Data", "Sql", InfoApi.EmbeddedMySql, "Logging", "AllowedHosts", "Kestrel"]);
        services.AddHostedService<ParentWatch>();
        services.AddHealthChecks().AddCheck<MySqlHealth>("mysql").AddCheck<KafkaHealth>("kafka").AddCheck<HangfireHealth>("hangfire");
        services.AddProblemDetails();
        services.AddOpenApi();
        services.Configure<HostOptions>(options =>
        {
            // what is drained at a clean stop may be all that the embedded broker holds
            options.ShutdownTimeout = TimeSpan.FromSeconds(80);
        });
    }

    public static void MapHosting(this WebApplication app)
    {
        app.MapHealth();
        app.MapInfo();
        app.MapOpenApi();
        app.MapGet("/", () => TypedResults.Redirect("/hangfire/pipelines")).ExcludeFromDescription();
    }
}
