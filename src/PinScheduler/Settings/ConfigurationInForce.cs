using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using MySqlConnector;

namespace PinScheduler.Settings;

/// <summary>The settings that hold, each with where it was said; what could be a secret is not told.</summary>
internal sealed class ConfigurationInForce(IConfiguration configuration, IEnumerable<SettingsSection> sections)
{
    private static readonly string[] Secret = ["password", "pwd", "secret", "token", "apikey", "api-key", "credential", "sasl.username", "jaas", "ssl.key", "webhook", "smtp"];

    // the rest of the environment is the machine's
    private readonly List<string> _ours = [.. sections.Select(static section => section.Path).Distinct(StringComparer.OrdinalIgnoreCase)];

    public IReadOnlyList<Setting> List()
    {
        var providers = ((IConfigurationRoot)configuration).Providers.Reverse().ToList();
        return [.. configuration.AsEnumerable()
            .Where(pair => pair.Value is not null && _ours.Exists(section => pair.Key.Equals(section, StringComparison.OrdinalIgnoreCase) || pair.Key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)))
            .Select(pair => new Setting(pair.Key, Shown(pair.Key, pair.Value!), SourceOf(providers.Find(provider => provider.TryGet(pair.Key, out _)))))
            .OrderBy(static setting => setting.Key, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Where a value was said, in words.</summary>
    public static string SourceOf(IConfigurationProvider? provider) => provider switch
    {
        JsonConfigurationProvider json => json.Source.Path is { } path && path.Contains("secrets", StringComparison.Ordinal) ? "user secrets" : json.Source.Path ?? "a JSON file",
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command line",
        MemoryConfigurationProvider => "db_creds.yaml",
        null => "",
        _ => provider.ToString() ?? "",
    };

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
}

internal sealed record Setting(string Key, string Value, string Source);
