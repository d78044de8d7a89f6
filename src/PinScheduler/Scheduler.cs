using PinScheduler.Cli;
using PinScheduler.Dashboard;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Hosting.Embedded;
using PinScheduler.Ingestion;
using PinScheduler.Inspection;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Notifications;
using PinScheduler.Orchestration;
using PinScheduler.Pipelines;
using PinScheduler.Results;
using PinScheduler.Source;
using PinScheduler.Stages.Analyze;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Drain;
using PinScheduler.Stages.Emulate;
using PinScheduler.Stages.Maintain;
using PinScheduler.Stages.Topics;
using PinScheduler.Tables;
using PinScheduler.Telemetry;

namespace PinScheduler;

/// <summary>The whole program: server and command line. A program of your own runs it with pipelines of its own.</summary>
public static class Scheduler
{
    /// <summary>Serves, or does what the first argument asks for; returns when that has ended.</summary>
    /// <param name="args">As of the program `pinscheduler`.</param>
    /// <param name="configure">Adds pipelines (<see cref="OrchestrationServices.AddPipeline"/>) and the services that their tasks need.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Action<IServiceCollection, IConfiguration>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        switch (args)
        {
            // what starts something takes any word as configuration, so help is looked for before it
            case [("services" or "broker" or "serve") and var starter, ..] when args.Any(CommandLine.IsHelp):
                return await CommandLine.RunAsync([starter, "--help"]);
            case [['-', ..] and var option, ..] when !CommandLine.IsOption(option) && args.Any(CommandLine.IsHelp):
                return await CommandLine.RunAsync(["--help"]);
            case ["services", .. var configuration]:
                return ServicesVerb.Run(configuration);
            case ["broker", ..]:
                return await BrokerProcess.RunAsync(args);
            case [var verb, ..] when verb != "serve" && (!verb.StartsWith("--", StringComparison.Ordinal) || CommandLine.IsOption(verb)):
                return await CommandLine.RunAsync(args);
        }

        return await Server.RunAsync(() => Build(args, configure), async (app, cancellationToken) =>
        {
            await app.Services.GetRequiredService<SchemaInstaller>().InstallAsync(cancellationToken);
            await app.Services.GetRequiredService<LandingStart>().CheckAsync(cancellationToken);
            await app.Services.GetRequiredService<SourceSeeder>().EnsureAsync(cancellationToken);
            app.UseDatabaseAway();
            app.MapHosting();
            app.MapIngestion();
            app.MapInspection();
            app.MapSource();
            app.MapOrchestration();
            app.MapResults();
            app.MapTables();
            app.MapNotifications();
            app.MapMetrics();
            // opens Hangfire's storage, so not before the database is known to be there
            app.MapDashboard();
        });
    }

    private static WebApplication Build(string[] args, Action<IServiceCollection, IConfiguration>? configure)
    {
        var builder = WebApplication.CreateBuilder();
        ConfigurationSources.Configure(builder.Configuration, args is ["serve", .. var rest] ? rest : args);
        builder.Services.AddHosting(builder.Configuration);
        builder.Services.AddKafka(builder.Configuration);
        builder.Services.AddLanding(builder.Configuration);
        builder.Services.AddSource(builder.Configuration);

        builder.Services.AddTopics(builder.Configuration);
        builder.Services.AddEmulate(builder.Configuration);
        // stops last: what is still only in the embedded broker is drained when nothing can come any more
        builder.Services.AddDrain(builder.Configuration);
        builder.Services.AddClean(builder.Configuration);
        builder.Services.AddAnalyze(builder.Configuration);
        builder.Services.AddMaintain(builder.Configuration);

        builder.Services.AddIngestion(builder.Configuration);
        builder.Services.AddInspection();
        builder.Services.AddResults(builder.Configuration);
        builder.Services.AddTables();
        builder.Services.AddNightly(builder.Configuration);
        builder.Services.AddMaintenance(builder.Configuration);
        configure?.Invoke(builder.Services, builder.Configuration);
        builder.Services.AddOrchestration(builder.Configuration);
        builder.Services.AddNotifications(builder.Configuration);
        builder.Services.AddDashboard();
        builder.Services.AddTelemetry();
        return builder.Build();
    }
}
