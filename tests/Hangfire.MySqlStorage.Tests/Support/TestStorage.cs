using Hangfire.MySql;
using MySqlConnector;
using PinScheduler.Tests;

namespace Hangfire.MySqlStorage.Tests.Support;

/// <summary>A storage in a database of its own.</summary>
public sealed class TestStorage : IDisposable
{
    public TestStorage(string name, Action<MySqlStorageOptions>? configure = null)
        : this(configure, MariaDb.CreateDatabase(name))
    {
    }

    private TestStorage(Action<MySqlStorageOptions>? configure, string connectionString)
    {
        ConnectionString = connectionString;
        Storage = Another(configure);
    }

    /// <summary>A storage in a database that is there already.</summary>
    public static TestStorage Open(string database) =>
        new(null, new MySqlConnectionStringBuilder(MariaDb.CreateDatabase("unused")) { Database = database }.ConnectionString);

    public string ConnectionString { get; }

    public MySql.MySqlStorage Storage { get; }

    /// <summary>A second storage on the same tables: as another process would have it, but for the signals within a process.</summary>
    public MySql.MySqlStorage Another(Action<MySqlStorageOptions>? configure = null)
    {
        var options = new MySqlStorageOptions();
        configure?.Invoke(options);
        return new MySql.MySqlStorage(ConnectionString, options);
    }

    public void Execute(string sql)
    {
        using var connection = new MySqlConnection(ConnectionString);
        connection.Open();
        using var command = new MySqlCommand(sql, connection) { CommandTimeout = 600 };
        command.ExecuteNonQuery();
    }

    public T Scalar<T>(string sql)
    {
        using var connection = new MySqlConnection(ConnectionString);
        connection.Open();
        using var command = new MySqlCommand(sql, connection);
        var value = command.ExecuteScalar();
        return value is null or DBNull ? default! : (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A number that the server counts for all its sessions; null where it has none of this name.</summary>
    public long? GlobalStatus(string name) => Scalar<long?>(
        $"select sum(variable_value) from {(IsMariaDb ? "information_schema" : "performance_schema")}.global_status where variable_name like '{name}'");

    public bool IsMariaDb => Scalar<string>("select version()").Contains("MariaDB", StringComparison.Ordinal);

    public void Dispose() => Storage.Dispose();
}
