using Microsoft.Extensions.Configuration.Memory;
using MySqlConnector;

namespace PinScheduler.Hosting;

/// <summary>Where settings come from, the later overriding the earlier: appsettings.json, db_creds.yaml, user secrets, environment, command line.</summary>
internal static class ConfigurationSources
{
    /// <summary>MySQL and Kafka as docker-compose.yml starts them: what is taken when nothing is named.</summary>
    public const string ComposeMySql = "Server=127.0.0.1;Port=3306;User ID=pinscheduler;Password=pinscheduler;Database=pinscheduler";
    public const string ComposeKafka = "127.0.0.1:9092";

    private const string SettingsFile = "appsettings.json";
    private const string CredentialsFile = "db_creds.yaml";

    /// <summary>The files that are read, with their full paths.</summary>
    public static IReadOnlyList<string> Files => [.. new[] { SettingsFile, CredentialsFile }.Select(HomeFolders.Find).OfType<string>()];

    /// <exception cref="InvalidOperationException">db_creds.yaml lacks a key or has a wrong one.</exception>
    public static void Configure(IConfigurationBuilder configuration, string[] args)
    {
        configuration.Sources.Clear();
        if (HomeFolders.Find(SettingsFile) is { } settings)
        {
            configuration.AddJsonFile(settings, optional: false, reloadOnChange: false);
        }

        if (HomeFolders.Find(CredentialsFile) is { } credentials)
        {
            AddCredentials(configuration, credentials);
        }

        configuration.AddUserSecrets<Program>(optional: true);
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);
    }

    private static void AddCredentials(IConfigurationBuilder configuration, string file)
    {
        var yaml = new ConfigurationBuilder().AddYamlFile(file).Build();
        string Required(string key) => yaml[key] is { Length: > 0 } value ? value : throw new InvalidOperationException($"'{file}' has no '{key}'. It needs HOST, USER, PASSWORD, DATABASE and PORT.");
        if (!uint.TryParse(Required("PORT"), out var port))
        {
            throw new InvalidOperationException($"'{file}': PORT is '{yaml["PORT"]}'; it must be a number such as 3306.");
        }

        var connection = new MySqlConnectionStringBuilder { Server = Required("HOST"), Port = port, UserID = Required("USER"), Password = yaml["PASSWORD"] ?? "", Database = Required("DATABASE") };
        configuration.Add(new MemoryConfigurationSource { InitialData = [new("ConnectionStrings:Source", connection.ConnectionString)] });
    }
}
