using System.Diagnostics;
using MySqlConnector;
using PinScheduler.Database;
using PinScheduler.Stages.Analyze.Rollups;

namespace PinScheduler.Stages.Analyze;

/// <summary>One attempt at a SQL task: the query's rows go from the server into the result's tables, all in one transaction under the fence.</summary>
internal sealed class SqlTaskRun(Warehouse warehouse, RollupKeeper rollups, SqlTask task, StageContext context)
{
    private readonly ResultTables _tables = ResultTables.Of(task.File.Kind);

    /// <summary>Stores the first <paramref name="keep"/> rows and counts all.</summary>
    public async Task<SqlOutcome> RunAsync(long keep, CancellationToken cancellationToken)
    {
        var file = task.File;
        // mostly done by tasks of their own; a run of this task alone must not read what was true some runs ago
        foreach (var rollup in task.Rollups)
        {
            await rollups.KeepAsync(rollup, context, anew: false, cancellationToken);
        }

        AnalyzeLog.Running(context.Log, file.Name, file.Path);
        var outcome = await warehouse.TransactAsync((connection, transaction) => CopyAsync(connection, transaction, keep, cancellationToken), cancellationToken);
        AnalyzeLog.Done(context.Log, file.Name, outcome.Count, outcome.Milliseconds);
        return outcome;
    }

    private async Task<SqlOutcome> CopyAsync(MySqlConnection connection, MySqlTransaction transaction, long keep, CancellationToken cancellationToken)
    {
        var file = task.File;
        var started = Stopwatch.GetTimestamp();
        await using var query = await SqlQuery.StartAsync(warehouse, file, context, cancellationToken);
        await _tables.ClearAsync(connection, transaction, context.RunId, file.Name, cancellationToken);
        var batch = new List<string>();
        long count = 0, stored = 0;
        while (await query.ReadAsync(cancellationToken) is { } cells)
        {
            if (++count <= keep)
            {
                batch.Add(cells);
            }

            if (ResultTables.IsFull(batch))
            {
                stored += await FlushAsync(stored);
                context.Report(count, null, "rows");
            }
        }

        await FlushAsync(stored);
        context.Report(count, count, "rows");
        var outcome = new SqlOutcome(query.Columns, count, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds)
        {
            Plan = file.Kind == SqlTaskKind.Analysis && context.Parameters.Boolean(AnalyzeStage.ExplainParameter) == true ? await SqlQuery.ExplainAsync(connection, transaction, file, context, cancellationToken) : null,
        };
        await _tables.AddHeadAsync(connection, transaction, context.RunId, file, outcome, cancellationToken);
        await context.Fence.CheckAsync(connection, transaction);
        return outcome;

        async Task<int> FlushAsync(long first)
        {
            var rows = batch.Count;
            await _tables.AddRowsAsync(connection, transaction, context.RunId, task.File.Name, first, batch, cancellationToken);
            return rows;
        }
    }
}
