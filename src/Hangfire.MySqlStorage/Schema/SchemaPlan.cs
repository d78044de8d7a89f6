using System.Globalization;
using Hangfire.MySql.Sql;
using MySqlConnector;

namespace Hangfire.MySql.Schema;

/// <summary>
/// How tables that Hangfire.MySqlStorage made become ours. A small table is rebuilt at once; of a large one only what the server changes in place
/// is changed, and the storage works with it as it is then, until someone lets it be rebuilt.
/// </summary>
internal sealed class SchemaPlan
{
    /// <summary>Measured: a table of jobs or states with so many rows is rebuilt within about half a second.</summary>
    public const int SmallRows = 20_000;

    private const long SmallBytes = 64L << 20;

    private const int SampleRows = 200;

    /// <summary>Rebuilt at any size: a score of type float makes delayed jobs a minute early or late, the others have few rows anyway.</summary>
    private static readonly HashSet<string> AlwaysRebuilt = [nameof(Tables.Set), nameof(Tables.AggregatedCounter), nameof(Tables.Server)];

    private SchemaPlan()
    {
    }

    /// <summary>What to do now, in this order; each step may be the last before a crash, since the next start makes a new plan from what is there.</summary>
    public List<SchemaStep> Steps { get; } = [];

    /// <summary>Statements that rebuild large tables, left to be run by hand or with EnableHeavyMigrations.</summary>
    public List<string> Left { get; } = [];

    public static SchemaPlan Of(MySqlConnection connection, StoredSchema stored, bool heavy, int smallRows)
    {
        var plan = new SchemaPlan();
        plan.DropForeignKeys(connection, stored);
        if (stored.Find("DistributedLock") is { } locks)
        {
            // locks are the server's own now; and a process of Hangfire.MySqlStorage that still runs fails, instead of working beside us without a lock in common
            plan.Steps.Add(new SchemaStep($"drop table {locks.Quoted}"));
        }

        foreach (var (name, upgrade) in Upgrades(stored).Where(table => table.Upgrade.IsNeeded))
        {
            if (heavy || AlwaysRebuilt.Contains(name) || IsSmall(connection, upgrade.Table, smallRows))
            {
                plan.Steps.Add(new SchemaStep(upgrade.Rebuild()));
                continue;
            }

            plan.Steps.AddRange(upgrade.InPlaceSteps(ServerVersion.IsMariaDb(connection)));
            plan.Left.Add(upgrade.Rebuild());
        }

        if (stored.Version > 1 && plan.Left.Count > 0)
        {
            plan.Left.Add(ScriptsAgain(stored));
        }

        if (stored.Version > 1 && plan.Steps.Count > 0)
        {
            plan.Steps.Insert(0, new SchemaStep(ScriptsAgain(stored)));
        }

        return plan;
    }

    /// <summary>A table, if there is one, that has the name of one of ours, but is somebody else's.</summary>
    public static (string Table, string Column)? Foreign(StoredSchema stored) => Upgrades(stored)
        .Select(table => table.Upgrade.MissingColumn is { } column ? (table.Upgrade.Table.Name, column) : ((string, string)?)null).FirstOrDefault(foreign => foreign is not null);

    private static IEnumerable<(string Name, TableUpgrade Upgrade)> Upgrades(StoredSchema stored) => SchemaScripts.Tables
        .Select(design => (design.Name, Design: design, Stored: stored.Find(design.Name))).Where(table => table.Stored is not null)
        .Select(table => (table.Name, new TableUpgrade(table.Design, table.Stored!)));

    /// <summary>A rebuilt table is as the first script makes it; the later ones follow.</summary>
    private static string ScriptsAgain(StoredSchema stored) => $"update {stored.Find(nameof(Tables.Schema))!.Quoted} set `Version` = 1 where `Version` > 1";

    /// <summary>They lock a job for each state that is added, in the wrong order, and stand in the way of a wider id.</summary>
    private void DropForeignKeys(MySqlConnection connection, StoredSchema stored)
    {
        if (stored.Find(nameof(Tables.Job)) is not { } job)
        {
            return;
        }

        var ours = new[] { nameof(Tables.State), nameof(Tables.JobParameter), "JobState" }.Select(stored.Find).OfType<StoredTable>().Select(table => table.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var keys = connection.Query(
            $"select table_name, constraint_name from information_schema.referential_constraints where constraint_schema = database() and referenced_table_name = {job.Name}",
            row => (Table: row.GetString(0), Name: row.GetString(1)));
        Steps.AddRange(keys.Where(key => ours.Contains(key.Table)).Select(key => new SchemaStep($"alter table `{key.Table}` drop foreign key `{key.Name}`")));
    }

    private static bool IsSmall(MySqlConnection connection, StoredTable table, int smallRows)
    {
        var name = new Table(table.Quoted);
        var rows = connection.Query($"select count(*) from (select 1 from {name} limit {smallRows + 1}) as counted", row => row.GetInt64(0))[0];
        var texts = table.Columns.Values.Where(column => column.Type == "longtext").Select(column => $"coalesce(length(`{column.Name}`), 0)").Append("0");
        using var command = new MySqlCommand(
            $"select coalesce(avg(size), 0) from (select {string.Join(" + ", texts)} as size from {table.Quoted} order by `{string.Join("` desc, `", table.PrimaryKey)}` desc limit {SampleRows}) as sample", connection);
        return rows <= smallRows && rows * Convert.ToDouble(command.ExecuteScalar(), CultureInfo.InvariantCulture) <= SmallBytes;
    }
}
