namespace Hangfire.MySql;

/// <summary>Chooses MySQL or MariaDB as Hangfire's job storage.</summary>
public static class MySqlStorageExtensions
{
    /// <summary>Stores jobs in the MySQL or MariaDB database that the connection string names.</summary>
    public static IGlobalConfiguration<MySqlStorage> UseMySqlStorage(this IGlobalConfiguration configuration, string connectionString) =>
        configuration.UseMySqlStorage(connectionString, new MySqlStorageOptions());

    /// <summary>Stores jobs in the MySQL or MariaDB database that the connection string names.</summary>
    public static IGlobalConfiguration<MySqlStorage> UseMySqlStorage(this IGlobalConfiguration configuration, string connectionString, MySqlStorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.UseStorage(new MySqlStorage(connectionString, options));
    }
}
