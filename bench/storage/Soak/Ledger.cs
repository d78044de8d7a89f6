using System.Globalization;
using MySqlConnector;

namespace StorageBench.Soak;

/// <summary>What the soak reads from the database: the table of owners, the storage's tables, the server's counters.</summary>
internal sealed class Ledger(string connectionString)
{
    /// <summary>The server writes each deadlock into its log.</summary>
    public void LogDeadlocks() => Execute("set global innodb_print_all_deadlocks = on");

    public void Create() => Execute("""
        create table soak_ran (
            sequence bigint not null, execution varchar(32) not null, process varchar(40) not null, at datetime(6) not null,
            primary key (sequence, execution))
        """);

    public long Number(string sql)
    {
        using var connection = Open();
        using var command = new MySqlCommand(sql, connection) { CommandTimeout = 120 };
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public long Status(string variable)
    {
        using var connection = Open();
        using var command = new MySqlCommand($"show global status like '{variable}'", connection);
        using var reader = command.ExecuteReader();
        return reader.Read() ? Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>All executions, those of a job in the order of their time.</summary>
    public List<(long Sequence, string Process, DateTime At)> Executions()
    {
        using var connection = Open();
        using var command = new MySqlCommand("select sequence, process, at from soak_ran order by sequence, at", connection) { CommandTimeout = 120 };
        using var reader = command.ExecuteReader();
        var executions = new List<(long, string, DateTime)>();
        while (reader.Read())
        {
            executions.Add((reader.GetInt64(0), reader.GetString(1), reader.GetDateTime(2)));
        }

        return executions;
    }

    public DateTime Now()
    {
        using var connection = Open();
        using var command = new MySqlCommand("select utc_timestamp(6)", connection);
        return (DateTime)command.ExecuteScalar()!;
    }

    private void Execute(string sql)
    {
        using var connection = Open();
        using var command = new MySqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private MySqlConnection Open()
    {
        // outside the pools, which a restart of the server empties of nothing but dead connections
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
