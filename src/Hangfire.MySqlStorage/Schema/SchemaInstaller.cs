using Hangfire.Logging;
using Hangfire.MySql.Locking;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Schema;

/// <summary>
/// Creates the tables and brings them up to date. The server commits every change of a table by itself; so all that is done may be begun anew
/// after a crash in its middle.
/// </summary>
internal sealed class SchemaInstaller(MySqlConnection connection, string database, MySqlStorageOptions options)
{
    /// <summary>Another process may be rebuilding large tables.</summary>
    private const int LockSeconds = 600;

    /// <summary>A change of a table waits for all transactions that use it, and whatever comes after waits for the change.</summary>
    private const int TableLockSeconds = 60;

    /// <summary>A server that starts together with the application needs a moment.</summary>
    private const int ConnectAttempts = 6;

    /// <summary>Table, column or key are there already, or gone already.</summary>
    private static readonly int[] AlreadyDone = [1050, 1051, 1060, 1061, 1091];

    /// <summary>ER_ALTER_OPERATION_NOT_SUPPORTED, and the same with its reason.</summary>
    private static readonly int[] NotInPlace = [1845, 1846];

    private static readonly ILog Log = LogProvider.GetLogger(typeof(SchemaInstaller));

    public static void Install(Database database, LockName lockName, MySqlStorageOptions options)
    {
        using var connection = Connect(database);
        new SchemaInstaller(connection, database.Name, options).Install(lockName);
    }

    public void Install(LockName lockName)
    {
        ServerVersion.Check(connection);
        var name = lockName.Of("schema");
        using var unsafeUpdates = SafeUpdates.Off(connection);
        Lock(name);
        try
        {
            connection.Execute($"set session lock_wait_timeout = {TableLockSeconds}");
            Upgrade();
        }
        catch (MySqlException error) when (ServerErrors.IsDenied(error))
        {
            throw MissingRight.Of(connection, database, options.TablesPrefix, error);
        }
        finally
        {
            connection.Execute($"set session lock_wait_timeout = default");
            connection.Execute($"do release_lock({name})");
        }
    }

    /// <summary>The tables as they are, where this library can use them.</summary>
    public static Tables Inspect(MySqlConnection connection, Database database, string prefix)
    {
        ServerVersion.Check(connection);
        try
        {
            var stored = StoredSchema.Read(connection, prefix);
            Check(stored, database.Name);
            return new Tables(prefix, stored);
        }
        catch (MySqlException error) when (ServerErrors.IsDenied(error))
        {
            throw MissingRight.Of(connection, database.Name, prefix, error);
        }
    }

    /// <summary>What would be run, where this connection's user may look at the tables.</summary>
    public List<string> Statements()
    {
        ServerVersion.Check(connection);
        var stored = StoredSchema.Read(connection, options.TablesPrefix);
        return Plan().Steps.Select(step => step.Sql).Concat(Scripts(stored).SelectMany(script => script.Statements)).ToList();
    }

    public SchemaPlan Plan()
    {
        var stored = StoredSchema.Read(connection, options.TablesPrefix);
        Check(stored, database);
        return SchemaPlan.Of(connection, stored, options.EnableHeavyMigrations, options.SmallTableRows);
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

    private static void Check(StoredSchema stored, string database)
    {
        if (stored.Version > SchemaScripts.Latest)
        {
            throw new InvalidOperationException(
                $"The tables in {database} are of version {stored.Version}, this library knows them up to version {SchemaScripts.Latest}: a newer one has been here. Use that one, or newer.");
        }

        if (SchemaPlan.Foreign(stored) is var (table, column))
        {
            throw new InvalidOperationException(
                $"{database} has a table '{table}' that neither this library nor Hangfire.MySqlStorage 2.x created: it has no column '{column}'. Choose another TablesPrefix or database.");
        }
    }

    private void Lock(string name)
    {
        var started = TimeProvider.System.GetTimestamp();
        // slices, because the command time-out would cut a long wait off
        while (connection.Query($"select get_lock({name}, 5)", row => row.IsDBNull(0) ? 0 : row.GetInt64(0))[0] != 1)
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds >= LockSeconds)
            {
                throw new TimeoutException($"Another process has been changing the tables of {database} for {LockSeconds} s; wait for it to end and start again.");
            }
        }
    }

    private void Upgrade()
    {
        var plan = Plan();
        if (plan.Steps.Count > 0)
        {
            Log.Info($"The tables of {database} were made by Hangfire.MySqlStorage; they are changed in {plan.Steps.Count} step(s).");
        }

        plan.Steps.ForEach(Run);
        if (plan.Left.Count > 0)
        {
            Log.Warn($"Large tables of {database} are left as Hangfire.MySqlStorage made them; all works, within their limits. Set EnableHeavyMigrations, or stop all servers and run:\n{string.Join(";\n", plan.Left)};");
        }

        RunScripts();
    }

    private void RunScripts()
    {
        foreach (var (number, statements) in Scripts(StoredSchema.Read(connection, options.TablesPrefix)))
        {
            Log.Info($"Bringing the tables of {database} to version {number}.");
            statements.ForEach(statement => Run(new SchemaStep(statement)));
        }
    }

    /// <summary>Nothing where the tables are up to date: an account with rights on rows alone can use them.</summary>
    private IEnumerable<(int Number, List<string> Statements)> Scripts(StoredSchema stored)
    {
        var tables = new Tables(options.TablesPrefix, stored);
        var version = tables.Schema.Quoted;
        foreach (var (number, script) in SchemaScripts.All.Where(script => script.Number > (stored.Version ?? 0)))
        {
            var statements = SchemaScripts.Statements(script, tables).ToList();
            if (number == SchemaScripts.All[0].Number)
            {
                statements.InsertRange(0, [
                    $"create table if not exists {version} (`Version` int not null, primary key (`Version`)) engine=InnoDB",
                    $"insert into {version} select 0 from (select 1) as one where not exists (select 1 from {version} as known)",
                ]);
            }

            yield return (number, [.. statements, $"update {version} set `Version` = {number} where `Version` < {number}"]);
        }
    }

    private void Run(SchemaStep step)
    {
        try
        {
            using var command = new MySqlCommand(step.Sql, connection) { CommandTimeout = 0 };
            command.ExecuteNonQuery();
        }
        catch (MySqlException error) when (AlreadyDone.Contains(error.Number) || (step.MayBeRefused && NotInPlace.Contains(error.Number)))
        {
            Log.DebugException($"Not done, and need not be: {step.Sql}", error);
        }
    }
}
