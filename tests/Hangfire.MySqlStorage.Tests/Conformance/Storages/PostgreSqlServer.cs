using System.Diagnostics;

namespace Hangfire.MySqlStorage.Tests.Conformance.Storages;

/// <summary>A private PostgreSQL on a socket in a temporary folder, where its programs are installed.</summary>
internal sealed class PostgreSqlServer : IDisposable
{
    /// <summary>It ends with its standard input, so also when the test process is killed.</summary>
    private const string Script = """
        set -e
        "$1/initdb" -D "$2/data" -U hangfire -A trust -E UTF8 --locale=C --no-sync > "$2/log" 2>&1
        "$1/pg_ctl" -D "$2/data" -l "$2/log" -w -o "-k '$2' -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=100" start > /dev/null
        echo ready
        cat > /dev/null
        "$1/pg_ctl" -D "$2/data" -m immediate stop > /dev/null
        rm -rf "$2"
        """;

    private static readonly string? Programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private readonly Process _process;

    public PostgreSqlServer()
    {
        var folder = Directory.CreateTempSubdirectory("storage-postgres-").FullName;
        // the server refuses to run as root
        string[] runAs = Environment.UserName == "root" ? ["runuser", "-u", User, "--"] : [];
        if (runAs.Length > 0)
        {
            Process.Start("chown", [User, folder]).WaitForExit();
        }

        string[] command = [.. runAs, "sh", "-c", Script, "sh", Programs!, folder];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        if (_process.StandardOutput.ReadLine() != "ready")
        {
            var log = Path.Combine(folder, "log");
            throw new InvalidOperationException($"PostgreSQL did not start: {(File.Exists(log) ? File.ReadAllText(log) : "it left no log")}");
        }

        ConnectionString = $"Host={folder};Username=hangfire;Database=postgres;Maximum Pool Size=40";
    }

    /// <summary>Why there is none; null where there is.</summary>
    public static string? Missing { get; } = Programs is null ? "PostgreSQL is not installed: no initdb under /usr/lib/postgresql/*/bin." : null;

    public string ConnectionString { get; }

    private static string User => File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
