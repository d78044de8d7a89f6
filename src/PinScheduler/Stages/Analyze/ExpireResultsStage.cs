using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Stages.Analyze;

/// <summary>Stage `prune`: old results go also where their task does not come by any more, because its file is gone or the pipeline is paused.</summary>
internal sealed class ExpireResultsStage(Warehouse warehouse, ResultRetention retention) : IStage
{
    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        long results = 0;
        foreach (var kind in new[] { SqlTaskKind.Analysis, SqlTaskKind.Check })
        {
            foreach (var name in await NamesAsync(ResultTables.Of(kind), cancellationToken))
            {
                results += await retention.PruneAsync(kind, name, context.Fence, cancellationToken);
                context.Report(results, null, "results");
            }
        }

        return StageResult.Of(("results", results));
    }

    private async Task<List<string>> NamesAsync(ResultTables tables, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<string>(new CommandDefinition($"select distinct {tables.NameColumn} from {tables.Head} where pruned_at is null", cancellationToken: cancellationToken))).AsList();
    }
}
