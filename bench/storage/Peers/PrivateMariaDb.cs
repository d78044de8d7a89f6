using System.Diagnostics;
using System.Globalization;
using MySqlConnector;

namespace StorageBench.Peers;

/// <summary>A MariaDB of the benchmark's own, which syncs each commit to disk.</summary>
internal sealed class PrivateMariaDb : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-bench-mariadb-").FullName;

    private static string Script => Path.Combine(Checkout.Root, "scripts", "mariadb");

    public int ProcessId => int.Parse(File.ReadAllText(Path.Combine(_folder, "mysql.pid")), CultureInfo.InvariantCulture);

    /// <summary>Starts it, or starts it again on the same port.</summary>
    /// <returns>The owner's connection string, without a database.</returns>
    public string Start()
    {
        PrivateServer.Run(Script, "start", _folder);
        return new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = uint.Parse(Setting("port"), CultureInfo.InvariantCulture),
            UserID = Setting("user"),
            Password = Setting("password"),
            MaximumPoolSize = 100,
        }.ConnectionString;
    }

    /// <summary>Ends it as a power cut would, but for the disk's cache.</summary>
    public void Kill()
    {
        using var process = Process.GetProcessById(ProcessId);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Keeps the server's log for a person to read.</summary>
    public string KeepLog()
    {
        var kept = Path.Combine(Path.GetTempPath(), Path.GetFileName(_folder) + ".log");
        File.Copy(Path.Combine(_folder, "mysql.log"), kept, overwrite: true);
        return kept;
    }

    public void Freeze(TimeSpan time)
    {
        var id = ProcessId.ToString(CultureInfo.InvariantCulture);
        PrivateServer.Run("kill", "-STOP", id);
        Thread.Sleep(time);
        PrivateServer.Run("kill", "-CONT", id);
    }

    public void Dispose()
    {
        PrivateServer.Run(Script, "stop", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    private string Setting(string key) =>
        File.ReadLines(Path.Combine(_folder, "admin.cnf")).First(line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];
}
