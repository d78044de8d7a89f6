using System.Diagnostics;
using System.Globalization;
using MySqlConnector;

namespace Bench;

/// <summary>A MariaDB of the benchmark's own, as ./run starts it: each commit is on the disk before it is answered.</summary>
internal sealed class BenchDatabase : IDisposable
{
    private readonly bool _isKept;
    private readonly string _folder;

    /// <param name="keep">A folder that stays, and what is in it with it; null: a temporary one.</param>
    public BenchDatabase(string? keep = null)
    {
        (_isKept, _folder) = (keep is not null, keep ?? Directory.CreateTempSubdirectory("pinscheduler-bench-").FullName);
        Run("start", _folder);
        ConnectionString = new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = uint.Parse(Setting("port"), CultureInfo.InvariantCulture),
            UserID = Setting("user"),
            Password = Setting("password"),
            Database = "pinscheduler",
            AllowLoadLocalInfile = true,
        }.ConnectionString;
    }

    public string ConnectionString { get; }

    /// <summary>What its process has worked since it was started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            using var server = Process.GetProcessById(Pid);
            return server.TotalProcessorTime;
        }
    }

    private int Pid => int.Parse(File.ReadAllText(Path.Combine(_folder, "mysql.pid")), CultureInfo.InvariantCulture);

    /// <summary>Stops and starts it; who is connected loses what has not been committed.</summary>
    public void Restart()
    {
        Run("stop", _folder);
        Run("start", _folder);
    }

    /// <summary>SIGKILL, and a start with recovery.</summary>
    public void Crash()
    {
        using (var server = Process.GetProcessById(Pid))
        {
            server.Kill();
            server.WaitForExit();
        }

        Run("start", _folder);
    }

    public void Dispose()
    {
        Run("stop", _folder);
        if (!_isKept)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static void Run(params string[] arguments)
    {
        // its output is a daemon's too, and would not end
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "\"$0\" \"$@\" > /dev/null", Path.Combine(Checkout.Root, "scripts", "mariadb"), .. arguments]))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'scripts/mariadb {arguments[0]}' failed; its reason stands above.");
        }
    }

    private string Setting(string key) =>
        File.ReadLines(Path.Combine(_folder, "admin.cnf")).First(line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];
}
