using System.Diagnostics;
using Dapper;
using MySqlConnector;
using PinScheduler.Database;

namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>
/// Keeps rollups up to date with the facts: from the rows that are new since the last time, or, where that is not known or the facts
/// were made anew, from all. What a night costs is what is new in it.
/// </summary>
/// <remarks>
/// A query over sources A, B, … is linear in each, so what new rows add to it is: new A with all B, then old A with new B, and so on; duplicates
/// and late rows on any side are counted once each. While that is summed up, nobody commits facts (clean_order is shared), and nobody
/// puts other tables in their place (they have been read).
/// </remarks>
internal sealed class RollupKeeper(Warehouse warehouse)
{
    /// <param name="file">The rollup.</param>
    /// <param name="context">Whose fence, log and warnings they are.</param>
    /// <param name="anew">Compute it from all rows all the same, and warn where the kept rows were others.</param>
    /// <param name="cancellationToken">Ends it; nothing is kept then.</param>
    /// <exception cref="StageFailedException">The server refuses the query.</exception>
    public async Task<RollupOutcome> KeepAsync(SqlTaskFile file, StageContext context, bool anew, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        file = file.AsItIsNow();
        var table = new RollupTable(warehouse, file);
        await table.PrepareAsync(context.Fence, cancellationToken);
        var outcome = await warehouse.TransactAsync(async (connection, transaction) =>
        {
            var state = await connection.QuerySingleAsync<(string Hash, string Marks, long Rows)>(new CommandDefinition(
                "select sql_hash, marks, rows_held from rollup_state where name = @Name for update", file, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            if (state.Hash != file.Hash)
            {
                throw new StageFailedException($"{file.Path}: another server has just made the table of the rollup '{file.Name}' anew for another query; where several servers run, give all the same files in 'sql/'.", retry: true);
            }

            var kept = RollupMark.Parse(state.Marks);
            var now = await MarksAsync(connection, transaction, file.Rollup!.Sources, cancellationToken);
            var news = await NewsAsync(connection, transaction, file.Rollup.Sources, kept, now, cancellationToken);
            if (news is { Count: 0 } && !anew)
            {
                return new RollupOutcome(state.Rows, 0, Full: false, Wrong: 0);
            }

            var wrong = 0L;
            if (news is not null)
            {
                await AddAsync(connection, transaction, table, file.Rollup.Sources, news, cancellationToken);
                wrong = anew ? await table.CompareAsync(connection, transaction, cancellationToken) : 0;
            }

            if (news is null || wrong > 0)
            {
                await table.FillAsync(connection, transaction, cancellationToken);
            }

            var rows = await table.CountAsync(connection, transaction, cancellationToken);
            await connection.ExecuteAsync(
                "update rollup_state set marks = @marks, rows_held = @rows, updated_at = utc_timestamp(6), built_at = if(@full, utc_timestamp(6), built_at) where name = @Name",
                new { file.Name, marks = RollupMark.Format(now), rows, full = news is null || anew },
                transaction);
            await context.Fence.CheckAsync(connection, transaction);
            return new RollupOutcome(rows, news?.Values.Sum(static files => files.Count) ?? 0, news is null || anew, wrong);
        }, cancellationToken);
        RollupLog.Kept(context.Log, file.Name, outcome, Stopwatch.GetElapsedTime(started));
        if (outcome.Wrong > 0)
        {
            await context.WarnAsync($"The rollup '{file.Name}' differed in {outcome.Wrong} rows from what its query gives over all facts, and was computed anew. Something has changed the fact tables or the rollup's table by hand, or the query is not one that can be kept by its 'merge' rules.");
        }

        return outcome;
    }

    // the locks first, then what they guard
    private static async Task<Dictionary<string, RollupMark>> MarksAsync(MySqlConnection connection, MySqlTransaction transaction, IReadOnlyList<DataSet> sources, CancellationToken cancellationToken)
    {
        var marks = new Dictionary<string, RollupMark>(StringComparer.Ordinal);
        foreach (var source in sources.OrderBy(static source => source.Key, StringComparer.Ordinal))
        {
            var number = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select last_number from clean_order where data_set = @Key lock in share mode", source, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            await connection.ExecuteScalarAsync<int?>(new CommandDefinition($"select 1 from {source.FactTable} limit 1", transaction: transaction, cancellationToken: cancellationToken));
            var made = await connection.ExecuteScalarAsync<string>("select table_comment from information_schema.tables where table_schema = database() and table_name = @CleanTable", source, transaction);
            marks[source.Key] = new RollupMark(made!, number);
        }

        return marks;
    }

    // null: what the rollup holds cannot be added to
    private static async Task<Dictionary<DataSet, NewFiles>?> NewsAsync(
        MySqlConnection connection, MySqlTransaction transaction, IReadOnlyList<DataSet> sources, Dictionary<string, RollupMark> kept, Dictionary<string, RollupMark> now, CancellationToken cancellationToken)
    {
        var news = new Dictionary<DataSet, NewFiles>();
        foreach (var source in sources)
        {
            if (!kept.TryGetValue(source.Key, out var mark) || mark.Made != now[source.Key].Made)
            {
                return null;
            }

            var files = new NewFiles((await connection.QueryAsync<long>(new CommandDefinition(
                "select landing_file from cleaned_file where data_set = @Key and rules = @Rules and load_number > @Number order by landing_file", new { source.Key, TableMaking.Parse(mark.Made).Rules, mark.Number }, transaction, commandTimeout: 0, cancellationToken: cancellationToken))).AsList());
            if (files.TooScattered)
            {
                return null;
            }

            if (files.Count > 0)
            {
                news[source] = files;
            }
        }

        return news;
    }

    private static async Task AddAsync(MySqlConnection connection, MySqlTransaction transaction, RollupTable table, IReadOnlyList<DataSet> sources, Dictionary<DataSet, NewFiles> news, CancellationToken cancellationToken)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            if (news.TryGetValue(sources[i], out var files))
            {
                var conditions = sources.Skip(i + 1).Where(news.ContainsKey).ToDictionary(static source => source, source => news[source].Without);
                conditions[sources[i]] = files.Only;
                await table.MergeAsync(connection, transaction, conditions, cancellationToken);
            }
        }
    }
}

/// <param name="Rows">Those of the rollup now.</param>
/// <param name="Files">Landing files whose rows came to it.</param>
/// <param name="Full">Computed from all facts.</param>
/// <param name="Wrong">Rows that the kept rollup and a full one did not have in common.</param>
internal sealed record RollupOutcome(long Rows, int Files, bool Full, long Wrong);
