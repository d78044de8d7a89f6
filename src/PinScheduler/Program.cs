using PinScheduler.Cli;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Hosting.Embedded;
using PinScheduler.Ingestion;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages.Drain;
using PinScheduler.Stages.Emulate;
using PinScheduler.Stages.Topics;

switch (args)
{
    case ["services", .. var configuration]:
        return ServicesVerb.Run(configuration);
    case ["broker", ..]:
        return await BrokerProcess.RunAsync(args);
    case [var verb, ..] when verb != "serve" && (!verb.StartsWith("--", StringComparison.Ordinal) || CommandLine.IsOption(verb)):
        return await CommandLine.RunAsync(args);
}

var builder = WebApplication.CreateBuilder();
ConfigurationSources.Configure(builder.Configuration, args is ["serve", .. var rest] ? rest : args);
builder.Services.AddHosting(builder.Configuration);
builder.Services.AddKafka(builder.Configuration);
builder.Services.AddLanding(builder.Configuration);
builder.Services.AddDrain(builder.Configuration);
builder.Services.AddIngestion(builder.Configuration);
builder.Services.AddTopics(builder.Configuration);
builder.Services.AddEmulate(builder.Configuration);

var app = builder.Build();
app.MapHosting();
app.MapIngestion();
return await Server.RunAsync(app, async (services, cancellationToken) =>
{
    await services.GetRequiredService<SchemaInstaller>().InstallAsync(cancellationToken);
});
