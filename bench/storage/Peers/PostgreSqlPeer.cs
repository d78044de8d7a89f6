using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace StorageBench.Peers;

/// <summary>Hangfire.PostgreSql on a cluster of its own with PostgreSQL's durable defaults.</summary>
internal sealed class PostgreSqlPeer(TimeSpan poll) : IPeer
{
    private static readonly string[] Folders = Directory.Exists("/usr/lib/postgresql")
        ? [.. Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending().Select(folder => Path.Combine(folder, "bin"))]
        : [];

    private readonly string _folder = Directory.CreateTempSubdirectory("storage-bench-postgres-").FullName;
    private readonly int _port = PrivateServer.FreePort();
    private Process? _server;
    private int _databases;

    public string Name => "postgres";

    public string Version { get; private set; } = "";

    public double Share => 0.25;

    public bool IsShared => true;

    public string Address { get; private set; } = "";

    public string? Start()
    {
        if (PrivateServer.Find("initdb", Folders) is not { } initdb || PrivateServer.Find("postgres", Folders) is not { } program)
        {
            return "PostgreSQL's programs are not installed (Debian: postgresql)";
        }

        // its programs refuse to run as root
        string[] user = Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--"] : ["env"];
        if (user[0] == "runuser")
        {
            PrivateServer.Run("chown", "postgres", _folder);
        }

        var data = Path.Combine(_folder, "data");
        PrivateServer.Run(user[0], [.. user[1..], initdb, "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"]);
        _server = Process.Start(new ProcessStartInfo(user[0], [
            .. user[1..], program, "-D", data, "-p", _port.ToString(CultureInfo.InvariantCulture), "-h", "127.0.0.1", "-k", _folder,
            "-c", "shared_preload_libraries=pg_stat_statements", "-c", "max_connections=300",
        ]) { RedirectStandardError = true });
        _server!.ErrorDataReceived += (_, _) => { };
        _server.BeginErrorReadLine();
        WaitUntilReady();
        Execute("create extension pg_stat_statements");
        Version = $"Hangfire.PostgreSql {typeof(PostgreSqlStorage).Assembly.GetName().Version?.ToString(3)} on PostgreSQL {Scalar("show server_version")}";
        return null;
    }

    public JobStorage Open()
    {
        var database = string.Create(CultureInfo.InvariantCulture, $"bench{++_databases}");
        Execute($"create database {database}");
        Address = ConnectionString(database);
        return Connect(Address);
    }

    public JobStorage Connect(string address)
    {
        var options = new PostgreSqlStorageOptions { QueuePollInterval = poll };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(address, options), options);
    }

    public Traffic Read()
    {
        // sessions report what they have done at the latest when they end
        NpgsqlConnection.ClearAllPools();
        Thread.Sleep(300);
        var transactions = Number("select sum(xact_commit) from pg_stat_database where datname like 'bench%'");
        return new Traffic
        {
            Statements = Number("""
                select coalesce(sum(s.calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname like 'bench%'
                """),
            Transactions = transactions,
            Commits = Number("""
                select coalesce(sum(s.calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname like 'bench%' and s.query ilike 'commit%'
                """),
            Writes = Number("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
            Deadlocks = Number("select sum(deadlocks) from pg_stat_database"),
            ServerCpu = PrivateServer.Cpu(Postmaster),
        };
    }

    public void Dispose()
    {
        if (_server is not null)
        {
            NpgsqlConnection.ClearAllPools();
            // its fast shutdown: sessions are ended
            PrivateServer.Run("kill", "-INT", Postmaster.ToString(CultureInfo.InvariantCulture));
            _server.WaitForExit();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private int Postmaster => int.Parse(File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port,
        Username = "bench",
        Database = database,
        MaxPoolSize = 100,
    }.ConnectionString;

    private void WaitUntilReady()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Execute("select 1");
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(started).TotalSeconds < 30 && !_server!.HasExited)
            {
                Thread.Sleep(50);
            }
        }
    }

    private void Execute(string sql) => Scalar(sql);

    private double Number(string sql) => Convert.ToDouble(Scalar(sql), CultureInfo.InvariantCulture);

    private object? Scalar(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
