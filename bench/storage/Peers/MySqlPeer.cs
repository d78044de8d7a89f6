using System.Globalization;
using Hangfire;
using Hangfire.MySql;
using MySqlConnector;

namespace StorageBench.Peers;

/// <summary>This repository's storage on a MariaDB of its own that syncs each commit to disk.</summary>
internal sealed class MySqlPeer(TimeSpan? poll) : IPeer
{
    private readonly PrivateMariaDb _server = new();
    private MySqlConnection? _admin;
    private int _databases;
    private double _cost, _read;

    public string Name => poll is null ? "ours-default" : "ours";

    public string Version { get; private set; } = "";

    public double Share => 1;

    public bool IsShared => true;

    public string Address { get; private set; } = "";

    public string? Start()
    {
        Address = _server.Start();
        _admin = new MySqlConnection(Address);
        _admin.Open();
        Execute("set global innodb_monitor_enable = 'module_trx'");
        Version = $"Hangfire.MySqlStorage (this) on {_admin.ServerVersion}";
        var first = Read().Statements;
        _cost = Read().Statements - first;
        return null;
    }

    public JobStorage Open()
    {
        var database = string.Create(CultureInfo.InvariantCulture, $"bench{++_databases}");
        Execute($"create database {database} character set utf8mb4 collate utf8mb4_bin");
        Address = new MySqlConnectionStringBuilder(Address) { Database = database }.ConnectionString;
        return Connect(Address);
    }

    public JobStorage Connect(string address) =>
        new MySqlStorage(address, poll is { } given ? new MySqlStorageOptions { QueuePollInterval = given } : new MySqlStorageOptions());

    public Traffic Read()
    {
        var status = Numbers("show global status where variable_name in ('questions', 'com_commit', 'com_xa_commit', 'innodb_deadlocks', 'innodb_row_lock_waits')");
        var transactions = Numbers("select name, count from information_schema.innodb_metrics where name in ('trx_rw_commits', 'trx_ro_commits', 'trx_nl_ro_commits')");
        var metrics = Numbers("select name, count from information_schema.innodb_metrics where name = 'lock_deadlocks'");
        return new Traffic
        {
            Statements = status["questions"] - (_cost * _read++),
            Commits = status["com_commit"] + status["com_xa_commit"],
            Transactions = transactions.Values.Sum(),
            Writes = transactions["trx_rw_commits"],
            // MariaDB has the metric, but does not count in it
            Deadlocks = status.GetValueOrDefault("innodb_deadlocks", metrics["lock_deadlocks"]),
            LockWaits = status["innodb_row_lock_waits"],
            ServerCpu = PrivateServer.Cpu(_server.ProcessId),
        };
    }

    public void Dispose()
    {
        _admin?.Dispose();
        _server.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = new MySqlCommand(sql, _admin);
        command.ExecuteNonQuery();
    }

    private Dictionary<string, double> Numbers(string sql)
    {
        using var command = new MySqlCommand(sql, _admin);
        using var reader = command.ExecuteReader();
        var numbers = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read())
        {
            numbers[reader.GetString(0)] = Convert.ToDouble(reader.GetValue(1), CultureInfo.InvariantCulture);
        }

        return numbers;
    }
}
