using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using MySqlConnector;

namespace PinScheduler.Hosting;

/// <summary>The settings that hold, each with where it was said; what could be a secret is not told.</summary>
internal sealed class ConfigurationInForce(IConfiguration configuration)
{
    private static readonly string[] Secret = ["password", "pwd", "secret", "token", "apikey", "api-key", "credential", "sasl.username", "jaas", "ssl.key", "webhook", "smtp"];

    // what of the environment is ours; the rest is the machine's
    private static readonly string[] Ours = ["ConnectionStrings", "Kafka", "Pipeline", "Urls", "Data", "Sql", "Embedded", "Logging", "AllowedHosts", "Retention", "Notifications", "Dashboard"];

    public IReadOnlyList<Setting> List()
    {
        var providers = ((IConfigurationRoot)configuration).Providers.Reverse().ToList();
        return [.. configuration.AsEnumerable()
            .Where(static pair => pair.Value is not null && Ours.Any(section => pair.Key == section || pair.Key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)))
            .Select(pair => new Setting(pair.Key, Shown(pair.Key, pair.Value!), SourceOf(providers.Find(provider => provider.TryGet(pair.Key, out _)))))
            .OrderBy(static setting => setting.Key, StringComparer.OrdinalIgnoreCase)];
    }

    // a value may hold a secret where its key does not say so: a connection string, an address with a user in it
    private static string Shown(string key, string value) =>
        Secret.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "(hidden)"
        : key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase) ? WithoutSecrets(value)
        : value.Contains("://", StringComparison.Ordinal) && value.Contains('@', StringComparison.Ordinal) ? "(hidden)"
        : value;

    private static string WithoutSecrets(string connection)
    {
        try
        {
            var shown = new MySqlConnectionStringBuilder(connection);
            foreach (var key in shown.Keys.OfType<string>().Where(static key => Secret.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase))).ToList())
            {
                shown[key] = "(hidden)";
            }

            return shown.ConnectionString;
        }
        catch (ArgumentException)
        {
            return "(hidden)";
        }
    }

    private static string SourceOf(IConfigurationProvider? provider) => provider switch
    {
        JsonConfigurationProvider json => json.Source.Path is { } path && path.Contains("secrets", StringComparison.Ordinal) ? "user secrets" : json.Source.Path ?? "a JSON file",
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command line",
        MemoryConfigurationProvider => "db_creds.yaml",
        null => "",
        _ => provider.ToString() ?? "",
    };
}

internal sealed record Setting(string Key, string Value, string Source);
