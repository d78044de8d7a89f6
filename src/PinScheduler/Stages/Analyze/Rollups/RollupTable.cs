using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>A rollup's own table: its columns are those that its query gives, and its comment tells it from tables that are not ours.</summary>
internal sealed class RollupTable(Warehouse warehouse, SqlTaskFile file)
{
    private const string Comment = "rollup";

    private readonly RollupShape _shape = file.Rollup!;

    private string KeyColumns => string.Join(", ", _shape.Key.Select(static column => $"`{column}`"));

    private string Columns => string.Join(", ", file.Columns.Select(static column => $"`{column}`"));

    /// <summary>Makes the table where it is missing or another query's; it is empty then, and its state says that nothing is in it.</summary>
    /// <exception cref="StageFailedException">A table of that name is there that is no rollup.</exception>
    public async Task PrepareAsync(Fence fence, CancellationToken cancellationToken)
    {
        if (await IsReadyAsync(cancellationToken))
        {
            return;
        }

        // DDL commits by itself; the state's row, locked over it on a connection of its own, keeps others out until it is done
        await warehouse.TransactAsync(async (guard, transaction) =>
        {
            await guard.ExecuteAsync("insert ignore into rollup_state (name, sql_hash, marks, rows_held, built_at, updated_at) values (@Name, '', '{}', 0, utc_timestamp(6), utc_timestamp(6))", file, transaction);
            await guard.ExecuteAsync(new CommandDefinition("select name from rollup_state where name = @Name for update", file, transaction, cancellationToken: cancellationToken));
            await guard.ExecuteAsync("insert ignore into clean_order (data_set, last_number) values (@Key, 0)", _shape.Sources.Select(static source => new { source.Key }), transaction);
            if (await IsReadyAsync(cancellationToken))
            {
                return;
            }

            await fence.CheckAsync(guard, transaction);
            await using var connection = await warehouse.OpenAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition($"drop table if exists `{file.Name}`", cancellationToken: cancellationToken));
            var none = _shape.Sql.Over(_shape.Sources.ToDictionary(static source => source, static _ => "1 = 0"));
            await SqlQuery.Explained(file, () => connection.ExecuteAsync(new CommandDefinition(
                $"create table `{file.Name}` (primary key ({KeyColumns})) comment = '{Comment}' select {Columns} from ({none}) x where 1 = 0", cancellationToken: cancellationToken)));
            await guard.ExecuteAsync("update rollup_state set sql_hash = @Hash, marks = '{}', rows_held = 0 where name = @Name", file, transaction);
        }, cancellationToken);
    }

    /// <summary>Merges what the query gives over some of the facts into the table.</summary>
    public Task MergeAsync(MySqlConnection connection, MySqlTransaction transaction, IReadOnlyDictionary<DataSet, string> conditions, CancellationToken cancellationToken) =>
        RunAsync(connection, transaction, $"insert into `{file.Name}` ({Columns}) select {Columns} from ({_shape.Sql.Over(conditions)}) n on duplicate key update {string.Join(", ", _shape.Values.Select(value => value.Assignment(file.Name)))}", cancellationToken);

    /// <summary>Puts what the query gives over all facts in the place of the table's rows.</summary>
    public async Task FillAsync(MySqlConnection connection, MySqlTransaction transaction, CancellationToken cancellationToken)
    {
        await RunAsync(connection, transaction, $"delete from `{file.Name}`", cancellationToken);
        await RunAsync(connection, transaction, $"insert into `{file.Name}` ({Columns}) select {Columns} from ({_shape.Sql.Over(new Dictionary<DataSet, string>())}) n", cancellationToken);
    }

    /// <returns>How many rows the table has that the query over all facts does not give, and the other way round.</returns>
    public Task<long> CompareAsync(MySqlConnection connection, MySqlTransaction transaction, CancellationToken cancellationToken) =>
        // in one pass, and without a temporary table, for which the user would need a right more
        SqlQuery.Explained(file, () => connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"""
            select coalesce(sum(abs(side)), 0) from (
                select sum(side) as side
                from (select {Columns}, 1 as side from `{file.Name}` union all select {Columns}, -1 from ({_shape.Sql.Over(new Dictionary<DataSet, string>())}) n) both_sides
                group by {Columns}
            ) differences
            """,
            transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken)));

    public Task<long> CountAsync(MySqlConnection connection, MySqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition($"select count(*) from `{file.Name}`", transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));

    private Task<int> RunAsync(MySqlConnection connection, MySqlTransaction transaction, string sql, CancellationToken cancellationToken) =>
        SqlQuery.Explained(file, () => connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken)));

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var comment = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select table_comment from information_schema.tables where table_schema = database() and table_name = @Name", file, cancellationToken: cancellationToken));
        if (comment is not null && comment != Comment)
        {
            throw new StageFailedException($"{file.Path}: there is a table '{file.Name}' in the database that is no rollup's (its comment is not '{Comment}'), so it is left alone; give the rollup another '-- name:'.");
        }

        return comment is not null && await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select sql_hash from rollup_state where name = @Name", file, cancellationToken: cancellationToken)) == file.Hash;
    }
}
