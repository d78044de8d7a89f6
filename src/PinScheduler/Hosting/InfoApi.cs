using System.Diagnostics;
using System.Reflection;
using Dapper;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Kafka;
using PinScheduler.Orchestration.Graph;
using PinScheduler.Settings;

namespace PinScheduler.Hosting;

/// <summary>GET /api/info: what runs here and on what; never a password.</summary>
internal static class InfoApi
{
    /// <summary>Set by ./run where the database is the private one.</summary>
    public const string EmbeddedMySql = "Embedded:MySql";

    public static void MapInfo(this WebApplication app) => app.MapGet("/api/info", ReadAsync).WithSummary("What runs here, since when, and on which services");

    private static async Task<IResult> ReadAsync(Warehouse warehouse, IOptions<KafkaOptions> kafka, IConfiguration configuration, PipelineCatalog pipelines, StartWarnings warnings, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var version = await connection.ExecuteScalarAsync<string>(new CommandDefinition("select version()", cancellationToken: cancellationToken));
        return TypedResults.Ok(new
        {
            name = "PinScheduler",
            version = Version,
            startedAt = Process.GetCurrentProcess().StartTime.ToUniversalTime(),
            pipelines = pipelines.All.Select(static pipeline => pipeline.Key),
            kafka = new { bootstrapServers = kafka.Value.BootstrapServers, embedded = kafka.Value.Embedded },
            database = new { server = $"{connection.DataSource}", database = warehouse.DatabaseName, version, embedded = configuration.GetValue<bool>(EmbeddedMySql) },
            warnings = warnings.All,
        });
    }

    public static string Version { get; } = typeof(InfoApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
