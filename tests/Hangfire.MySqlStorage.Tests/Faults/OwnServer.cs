using Hangfire.MySql;
using MySqlConnector;
using PinScheduler.Tests;
using MySqlStorageType = Hangfire.MySql.MySqlStorage;

namespace Hangfire.MySqlStorage.Tests.Faults;

/// <summary>A database server that belongs to one test class, to be frozen or set up in odd ways.</summary>
public sealed class OwnServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-faults-").FullName;
    private readonly string _connectionString;

    public OwnServer() => _connectionString = MariaDb.StartOwn(_folder);

    public int ProcessId => MariaDb.ProcessId(_folder);

    /// <summary>A new database, of a character set that MySQL 5 had by default: the storage must not depend on it.</summary>
    public string CreateDatabase(string name)
    {
        Execute($"create database {name} character set latin1");
        return new MySqlConnectionStringBuilder(_connectionString) { Database = name }.ConnectionString;
    }

    public void Execute(string sql) => Scalar(sql);

    public object? Scalar(string sql)
    {
        using var connection = new MySqlConnection(_connectionString);
        connection.Open();
        using var command = new MySqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    public static MySqlStorageType Storage(string connectionString, Action<MySqlStorageOptions>? configure = null)
    {
        var options = new MySqlStorageOptions();
        configure?.Invoke(options);
        return new MySqlStorageType(connectionString, options);
    }

    public void Dispose()
    {
        MariaDb.StopOwn(_folder);
        Directory.Delete(_folder, recursive: true);
    }
}
