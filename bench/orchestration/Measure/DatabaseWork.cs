using System.Globalization;
using Dapper;
using MySqlConnector;

namespace OrchestrationBench.Measure;

/// <summary>What the database server has counted: statements, transactions that wrote, and connections' set-ups, which no other load on the machine changes.</summary>
internal sealed record DatabaseWork(double Statements, double Writes, double Changes)
{
    public static async Task<DatabaseWork> ReadAsync(MySqlConnection connection)
    {
        var status = (await connection.QueryAsync<(string Name, string Value)>("show global status where Variable_name in ('Questions', 'Handler_prepare', 'Com_commit', 'Com_insert', 'Com_update', 'Com_delete', 'Com_change_db', 'Com_admin_commands')"))
            .ToDictionary(row => row.Name, row => double.Parse(row.Value, CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase);
        return new(status["Questions"], status["Com_commit"], status["Com_insert"] + status["Com_update"] + status["Com_delete"]);
    }

    public DatabaseWork Since(DatabaseWork before) => new(Statements - before.Statements, Writes - before.Writes, Changes - before.Changes);
}
