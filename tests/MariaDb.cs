using System.Diagnostics;
using MySqlConnector;

namespace PinScheduler.Tests;

/// <summary>
/// The real MariaDB that the tests share: the one that ./test has started (PINSCHEDULER_TEST_MARIADB names its folder), else one of this
/// process's own. A test class takes a database of its own from it, so that classes run side by side.
/// </summary>
public static class MariaDb
{
    private static readonly Lazy<string> Folder = new(FindOrStart);

    /// <summary>The root of the checkout: where PinScheduler.sln stands.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A connection string of the owner of a new, empty database, utf8mb4_bin.</summary>
    public static string CreateDatabase(string name)
    {
        var database = $"{name.ToLowerInvariant()}_{Guid.NewGuid():N}"[..Math.Min(name.Length + 13, 60)];
        using var connection = new MySqlConnection(ServerConnectionString(Folder.Value));
        connection.Open();
        using var create = new MySqlCommand($"create database `{database}` character set utf8mb4 collate utf8mb4_bin", connection);
        create.ExecuteNonQuery();
        return new MySqlConnectionStringBuilder(connection.ConnectionString) { Database = database, Password = PasswordOf(Folder.Value) }.ConnectionString;
    }

    /// <summary>Starts (or adopts) a server of its own in a folder: for tests that stop, kill or freeze it.</summary>
    /// <returns>A connection string of its owner, with database "pinscheduler".</returns>
    public static string StartOwn(string folder)
    {
        Script("start", folder);
        return new MySqlConnectionStringBuilder(ServerConnectionString(folder)) { Database = "pinscheduler" }.ConnectionString;
    }

    public static void StopOwn(string folder) => Script("stop", folder);

    /// <summary>The process id of a server that <see cref="StartOwn"/> started.</summary>
    public static int ProcessId(string folder) => int.Parse(File.ReadAllText(Path.Combine(folder, "mysql.pid")).Trim());

    private static string FindOrStart()
    {
        if (Environment.GetEnvironmentVariable("PINSCHEDULER_TEST_MARIADB") is { Length: > 0 } given)
        {
            return given;
        }

        var folder = Directory.CreateTempSubdirectory("pinscheduler-mariadb-").FullName;
        Script("start", folder, "--fast");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Script("stop", folder);
            Directory.Delete(folder, recursive: true);
        };
        return folder;
    }

    private static string ServerConnectionString(string folder) => new MySqlConnectionStringBuilder
    {
        Server = "127.0.0.1",
        Port = uint.Parse(Setting(folder, "port")),
        UserID = Setting(folder, "user"),
        Password = PasswordOf(folder),
        AllowLoadLocalInfile = true,
        MaximumPoolSize = 50,
        // hundreds of tests leave pools behind; what they hold goes back to the server soon
        ConnectionIdleTimeout = 10,
    }.ConnectionString;

    private static string PasswordOf(string folder) => Setting(folder, "password");

    private static string Setting(string folder, string key) =>
        File.ReadLines(Path.Combine(folder, "admin.cnf")).First(line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];

    private static void Script(params string[] arguments)
    {
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(Root, "scripts", "mariadb"), arguments) { RedirectStandardOutput = true })!;
        script.WaitForExit();
        if (script.ExitCode != 0)
        {
            throw new InvalidOperationException($"scripts/mariadb {string.Join(' ', arguments)} ended with {script.ExitCode}; its reason stands above.");
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PinScheduler.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"PinScheduler.sln stands in no folder above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
