using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Stages.Maintain;

/// <summary>Stage `tables`: the server counts its tables anew, so that it plans queries by what they are now.</summary>
internal sealed class AnalyzeTablesStage(Warehouse warehouse) : IStage
{
    private sealed record Said(string Table, string Op, string Msg_type, string Msg_text);

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var tables = (await connection.QueryAsync<string>(new CommandDefinition(
            "select table_name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE' order by table_name", cancellationToken: cancellationToken))).AsList();
        var refused = 0;
        foreach (var (done, table) in tables.Index())
        {
            context.Report(done, tables.Count, "tables");
            refused += await IsAnalyzedAsync(connection, table, context, cancellationToken) ? 0 : 1;
        }

        return StageResult.Of(("tables", tables.Count - refused), ("refused", refused));
    }

    private static async Task<bool> IsAnalyzedAsync(MySqlConnection connection, string table, StageContext context, CancellationToken cancellationToken)
    {
        // local: replicas have tables, and statistics, of their own
        var said = await connection.QueryAsync<Said>(new CommandDefinition($"analyze local table `{table.Replace("`", "``", StringComparison.Ordinal)}`", commandTimeout: 0, cancellationToken: cancellationToken));
        if (said.FirstOrDefault(static line => line.Msg_type.Equals("error", StringComparison.OrdinalIgnoreCase)) is not { } error)
        {
            return true;
        }

        MaintainLog.Refused(context.Log, table, error.Msg_text);
        return false;
    }
}
