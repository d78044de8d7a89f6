using PinScheduler.Cli;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Hosting.Embedded;
using PinScheduler.Kafka;

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

var app = builder.Build();
app.MapHosting();
return await Server.RunAsync(app, async (services, cancellationToken) =>
{
    await services.GetRequiredService<SchemaInstaller>().InstallAsync(cancellationToken);
});
