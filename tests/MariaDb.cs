using System.Diagnostics;
using MySqlConnector;

namespace PinScheduler.Tests;

/// <summary>
/// The real server that the tests share: the MariaDB that ./test has started or another (PINSCHEDULER_TEST_SERVER names the option file of its
/// owner), else one of this process's own. A test class takes a database of its own from it, so that classes run side by side.
/// </summary>
public static class MariaDb
{
    private static readonly Lazy<string> Login = new(FindOrStart);

    /// <summary>The root of the checkout: where PinScheduler.sln stands.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A connection string of the owner of a new, empty database, utf8mb4_bin.</summary>
    public static string CreateDatabase(string name)
    {
        var database = $"{name.ToLowerInvariant()}_{Guid.NewGuid():N}"[..Math.Min(name.Length + 13, 60)];
        using var connection = new MySqlConnection(ServerConnectionString(Login.Value));
        connection.Open();
        using var create = new MySqlCommand($"create database `{database}` character set utf8mb4 collate utf8mb4_bin", connection);
        create.ExecuteNonQuery();
        return new MySqlConnectionStringBuilder(connection.ConnectionString) { Database = database, Password = Setting(Login.Value, "password") }.ConnectionString;
    }

    /// <summary>Starts (or adopts) a server of its own in a folder: for tests that stop, kill or freeze it.</summary>
    /// <returns>A connection string of its owner, with database "pinscheduler".</returns>
    public static string StartOwn(string folder)
    {
        Script("start", folder);
        return new MySqlConnectionStringBuilder(ServerConnectionString(LoginIn(folder))) { Database = "pinscheduler" }.ConnectionString;
    }

    public static void StopOwn(string folder) => Script("stop", folder);

    /// <summary>A table of one column, `seq`, from 1 to a number: MySQL has no tables of sequences.</summary>
    public static string Numbers(int last) => $"json_table(concat('[', repeat('0,', {last - 1}), '0]'), '$[*]' columns (seq for ordinality)) numbers";

    /// <summary>The process id of a server that <see cref="StartOwn"/> started.</summary>
    public static int ProcessId(string folder) => int.Parse(File.ReadAllText(Path.Combine(folder, "mysql.pid")).Trim());

    private static string FindOrStart()
    {
        if (Environment.GetEnvironmentVariable("PINSCHEDULER_TEST_SERVER") is { Length: > 0 } given)
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
        return LoginIn(folder);
    }

    private static string LoginIn(string folder) => Path.Combine(folder, "admin.cnf");

    private static string ServerConnectionString(string login) => new MySqlConnectionStringBuilder
    {
        Server = Setting(login, "host"),
        Port = uint.Parse(Setting(login, "port")),
        UserID = Setting(login, "user"),
        Password = Setting(login, "password"),
        AllowLoadLocalInfile = true,
        MaximumPoolSize = 50,
        // hundreds of tests leave pools behind; what they hold goes back to the server soon
        ConnectionIdleTimeout = 10,
    }.ConnectionString;

    private static string Setting(string login, string key) =>
        File.ReadLines(login).First(line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];

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
