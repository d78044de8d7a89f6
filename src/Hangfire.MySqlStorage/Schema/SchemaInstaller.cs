using System.Globalization;
using System.Reflection;
using Hangfire.Logging;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Schema;

/// <summary>
/// Creates the tables and brings them up to date, by numbered scripts in this folder. A script may run again after a crash in its middle: each
/// statement does nothing where its work is done, because the server commits every change of a table by itself.
/// </summary>
internal static class SchemaInstaller
{
    private const int LockSeconds = 60;

    /// <summary>A server that starts together with the application needs a moment.</summary>
    private const int ConnectAttempts = 6;

    private static readonly ILog Log = LogProvider.GetLogger(typeof(SchemaInstaller));

    public static void Install(Database database, LockName lockName)
    {
        using var connection = Connect(database);
        ServerVersion.Check(connection);
        var name = lockName.Of("schema");
        if (!Equals(1L, Scalar(connection, $"select get_lock({name}, {LockSeconds})")))
        {
            throw new TimeoutException($"Another process has been changing the schema of {database.Name} for {LockSeconds} s; wait for it to end and start again.");
        }

        try
        {
            Upgrade(connection, database);
        }
        finally
        {
            connection.Execute($"do release_lock({name})");
        }
    }

    private static MySqlConnection Connect(Database database)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return database.Open();
            }
            catch (MySqlException error) when (attempt < ConnectAttempts && error.ErrorCode is MySqlErrorCode.UnableToConnectToHost)
            {
                Log.WarnException($"{database.Name} does not answer; attempt {attempt} of {ConnectAttempts}.", error);
                Thread.Sleep(TimeSpan.FromMilliseconds(250 << attempt));
            }
        }
    }

    private static void Upgrade(MySqlConnection connection, Database database)
    {
        var tables = database.Tables;
        if (!Exists(connection, tables.Prefix + "Schema"))
        {
            if (Exists(connection, tables.Prefix + "Job"))
            {
                throw new InvalidOperationException(
                    $"{database.Name} has a table '{tables.Prefix}Job' that this library did not create, such as Hangfire.MySqlStorage 2.x does. Choose another TablesPrefix or database.");
            }

            connection.Execute($"create table {tables.Schema} (`Version` int not null, primary key (`Version`)) engine=InnoDB");
            connection.Execute($"insert into {tables.Schema} values (0)");
        }

        var version = Convert.ToInt32(Scalar(connection, $"select max(`Version`) from {tables.Schema}"), CultureInfo.InvariantCulture);
        foreach (var (number, script) in Scripts().Where(script => script.Number > version))
        {
            Log.Info($"Bringing the schema of {database.Name} to version {number}.");
            Run(connection, script.Replace("{prefix}", tables.Prefix, StringComparison.Ordinal));
            connection.Execute($"update {tables.Schema} set `Version` = {number}");
        }
    }

    private static void Run(MySqlConnection connection, string script)
    {
        // the scripts are ours: a semicolon at a line's end closes a statement
        foreach (var statement in script.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            using var command = new MySqlCommand(statement, connection);
            command.ExecuteNonQuery();
        }
    }

    private static IEnumerable<(int Number, string Script)> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var file = name.Split('.')[^2];
            yield return (int.Parse(file.Split('_').First(part => part.Length == 4 && part.All(char.IsDigit)), CultureInfo.InvariantCulture), reader.ReadToEnd());
        }
    }

    private static bool Exists(MySqlConnection connection, string table) =>
        Scalar(connection, $"select 1 from information_schema.tables where table_schema = database() and table_name = {table}") is not null;

    private static object? Scalar(MySqlConnection connection, ref SqlHandler sql)
    {
        using var command = sql.Batch.Command(connection);
        var value = command.ExecuteScalar();
        return value is int number ? (long)number : value;
    }
}
