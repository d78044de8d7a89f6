using System.Data;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Schema;
using MySqlConnector;

namespace Hangfire.MySql;

/// <summary>Creates the storage's tables and brings older ones up to date; <see cref="MySqlStorage"/> does so itself unless told otherwise.</summary>
public static class MySqlObjectsInstaller
{
    /// <summary>Creates the tables, and changes those of an older version or of Hangfire.MySqlStorage 2.x; large ones only in place.</summary>
    /// <exception cref="InvalidOperationException">The tables are a newer version's or another program's.</exception>
    public static void Install(MySqlConnection connection, string? tablesPrefix = null) => On(connection, tablesPrefix, installer =>
    {
        installer.Install(new LockName(connection.Database, tablesPrefix ?? MySqlStorageOptions.DefaultTablesPrefix));
        return true;
    });

    /// <summary>
    /// The statements that <see cref="Install"/> would run, for somebody who wants to see them first or run them by hand, with the tables' database
    /// as the current one. Empty where the tables are up to date.
    /// </summary>
    /// <remarks>A user without any right on the tables does not see them, and gets the statements that make new ones.</remarks>
    public static string GetInstallSql(MySqlConnection connection, string? tablesPrefix = null) => On(
        connection, tablesPrefix, installer => Script(installer.Statements()));

    /// <summary>
    /// The statements that rebuild the large tables which Hangfire.MySqlStorage 2.x made: what <see cref="MySqlStorageOptions.EnableHeavyMigrations"/>
    /// would run. Empty where there is nothing to do. Run them while no server runs.
    /// </summary>
    public static string GetHeavyMigrationSql(MySqlConnection connection, string? tablesPrefix = null) => On(
        connection, tablesPrefix, installer => Script(installer.Plan().Left));

    private static string Script(List<string> statements) => string.Concat(statements.Select(statement => statement + ";\n"));

    private static T On<T>(MySqlConnection connection, string? tablesPrefix, Func<SchemaInstaller, T> action)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var options = new MySqlStorageOptions { TablesPrefix = tablesPrefix! };
        var wasClosed = connection.State == ConnectionState.Closed;
        if (wasClosed)
        {
            connection.Open();
        }

        try
        {
            return action(new SchemaInstaller(connection, $"{connection.DataSource}/{connection.Database}", options));
        }
        finally
        {
            if (wasClosed)
            {
                connection.Close();
            }
        }
    }
}
