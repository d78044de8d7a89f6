using Dapper;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean;

/// <summary>
/// The clean tables and the rules that filled them, which stand in a table's comment (<see cref="TableMaking"/>). Names of tables are the
/// data sets', rules a hash; neither can hold a quote.
/// </summary>
internal sealed class CleanTables(Warehouse warehouse)
{
    public static string NextOf(string table) => table + "_next";

    /// <summary>The last statement but one of a transaction that wrote to the table: until its commit nobody can swap the table.</summary>
    public static async Task CheckAsync(MySqlConnection connection, MySqlTransaction transaction, CleanTarget target)
    {
        var comment = await connection.ExecuteScalarAsync<string?>(
            "select table_comment from information_schema.tables where table_schema = database() and table_name = @Table", new { target.Table }, transaction);
        if (TableMaking.Parse(comment ?? "").Rules != target.Rules)
        {
            throw new StageFailedException($"The table '{target.Table}' was to be filled by the rules {target.Rules}, but another server has made it anew meanwhile (now: '{comment}'); nothing was kept. Where several servers clean, give all the same 'Pipeline:Placeholders' and 'Pipeline:Bounds'.", retry: true);
        }
    }

    public async Task<CleanTablesState> StateAsync(DataSet dataSet, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        var rules = (await connection.QueryAsync<(string Table, string Comment)>(new CommandDefinition(
            "select table_name, table_comment from information_schema.tables where table_schema = database() and table_name in @tables",
            new { tables = new[] { dataSet.CleanTable, NextOf(dataSet.CleanTable), OldOf(dataSet.CleanTable) } },
            cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Table, row => TableMaking.Parse(row.Comment).Rules, StringComparer.OrdinalIgnoreCase);
        return new CleanTablesState(rules.GetValueOrDefault(dataSet.CleanTable), rules.GetValueOrDefault(NextOf(dataSet.CleanTable)), rules.ContainsKey(OldOf(dataSet.CleanTable)));
    }

    public async Task<bool> IsUnusedAsync(DataSet dataSet, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"select not exists (select 1 from cleaned_file where data_set = @Key) and not exists (select 1 from `{dataSet.CleanTable}`)", dataSet, cancellationToken: cancellationToken));
    }

    /// <summary>From now on the empty table is filled by these rules.</summary>
    public Task AdoptAsync(CleanTarget live, Fence fence, CancellationToken cancellationToken) =>
        warehouse.ChangeAsync(fence, [$"alter table `{live.Table}` comment = '{TableMaking.New(live.Rules).Comment}'"], cancellationToken);

    /// <summary>An empty table for the data set's rows under new rules, and nothing in the books about it.</summary>
    public async Task BeginNextAsync(CleanTarget next, Fence fence, CancellationToken cancellationToken)
    {
        await warehouse.ChangeAsync(fence, [$"drop table if exists `{next.Table}`", $"drop table if exists `{next.FactTable}`"], cancellationToken);
        var books = new { next.DataSet.Key, next.Rules };
        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync(new CommandDefinition("delete from cleaned_file where data_set = @Key and rules = @Rules", books, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            await connection.ExecuteAsync(new CommandDefinition("update landing_file set cleaned_with = null where data_set = @Key and cleaned_with = @Rules and removed_at is null", books, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            await connection.ExecuteAsync(new CommandDefinition("delete from rejected_record where data_set = @Key and rules = @Rules", books, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            await fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        // the comment comes last: a table that bears it is one whose books were cleared
        await warehouse.ChangeAsync(fence, [$"create table `{next.FactTable}` like `{next.DataSet.FactTable}`", $"create table `{next.Table}` like `{next.DataSet.CleanTable}`", $"alter table `{next.Table}` comment = '{TableMaking.New(next.Rules).Comment}'"], cancellationToken);
    }

    /// <summary>Takes rows of files that are gone, whether or not the ledger still knows them, over as they are.</summary>
    /// <returns>How many such rows there are in the new table.</returns>
    public Task<long> CarryOverAsync(CleanTarget next, Fence fence, CancellationToken cancellationToken) =>
        warehouse.TransactAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"insert ignore into `{next.Table}` select old.* from `{next.DataSet.CleanTable}` old left join landing_file f on f.id = old.src and f.removed_at is null where f.id is null order by old.ind, old.h",
                transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            var facts = FactColumns.Of(next.DataSet);
            if (facts.Dictionary is not null)
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    $"insert ignore into {facts.Dictionary} (name) select distinct c.{facts.Named} from `{next.Table}` c left join landing_file f on f.id = c.src and f.removed_at is null where f.id is null and c.{facts.Named} is not null order by 1",
                    transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            }

            await connection.ExecuteAsync(new CommandDefinition(
                $"insert ignore into `{next.FactTable}` (ind, h, {facts.First}, {facts.Second}, src) select c.ind, c.h, {facts.FromClean}, c.src from `{next.Table}` c left join landing_file f on f.id = c.src and f.removed_at is null where f.id is null order by c.ind, c.h",
                transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            var carried = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                $"select count(*) from `{next.Table}` kept left join landing_file f on f.id = kept.src and f.removed_at is null where f.id is null",
                transaction: transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            await CheckAsync(connection, transaction, next);
            await fence.CheckAsync(connection, transaction);
            return carried;
        }, cancellationToken);

    public Task SwapAsync(CleanTarget next, Fence fence, CancellationToken cancellationToken) =>
        warehouse.ChangeAsync(
            fence,
            [
                $"drop table if exists `{OldOf(next.DataSet.CleanTable)}`",
                $"drop table if exists `{OldOf(next.DataSet.FactTable)}`",
                $"rename table `{next.DataSet.CleanTable}` to `{OldOf(next.DataSet.CleanTable)}`, `{next.Table}` to `{next.DataSet.CleanTable}`, `{next.DataSet.FactTable}` to `{OldOf(next.DataSet.FactTable)}`, `{next.FactTable}` to `{next.DataSet.FactTable}`",
            ],
            cancellationToken);

    /// <summary>Brings the books in line with the table, also after a crash between the swap and this. The old table goes last: while it is there, this is not done.</summary>
    public async Task FinishAsync(CleanTarget live, Fence fence, CancellationToken cancellationToken)
    {
        var books = new { live.DataSet.Key, live.Rules };
        await warehouse.TransactAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update landing_file f join cleaned_file c on c.landing_file = f.id and c.rules = @Rules
                set f.cleaned_with = @Rules where f.data_set = @Key and (f.cleaned_with is null or f.cleaned_with <> @Rules)
                """,
                books, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            await connection.ExecuteAsync(new CommandDefinition("delete from cleaned_file where data_set = @Key and rules <> @Rules", books, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            // what was rejected out of files that are gone stays on record
            await connection.ExecuteAsync(new CommandDefinition("delete r from rejected_record r join landing_file f on f.id = r.src and f.removed_at is null where r.data_set = @Key and r.rules <> @Rules", books, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            await fence.CheckAsync(connection, transaction);
        }, cancellationToken);
        await warehouse.ChangeAsync(fence, [.. new[] { NextOf(live.DataSet.FactTable), NextOf(live.DataSet.CleanTable), OldOf(live.DataSet.FactTable), OldOf(live.DataSet.CleanTable) }.Select(table => $"drop table if exists `{table}`")], cancellationToken);
    }

    private static string OldOf(string table) => table + "_old";
}

/// <summary>By which rules a data set's tables were filled; null: there is no such table.</summary>
internal sealed record CleanTablesState(string? Live, string? Next, bool HasOld);
