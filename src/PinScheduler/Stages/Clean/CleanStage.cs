using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Landing;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>Stage `clean`: the landing files of one data set that are not yet cleaned become rows of its clean table.</summary>
internal sealed class CleanStage(DataSet dataSet, Warehouse warehouse, CleanTables tables, CleanedFiles cleaned, FileCleaner files, LandingRetention retention, IOptions<CleanOptions> options, TimeProvider time) : IStage
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Held by who cleans a data set anew, and by who removes its files.</summary>
    public static string RulesLock(DataSet dataSet) => $"clean:{dataSet.Key}:rules";

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var placeholders = options.Value.EffectivePlaceholders();
        var rules = RecordRules.Of(dataSet, placeholders, options.Value.Bounds);
        var live = new CleanTarget(dataSet, placeholders.HashOf(rules), dataSet.CleanTable);
        if (await tables.StateAsync(dataSet, cancellationToken) != new CleanTablesState(live.Rules, null, HasOld: false))
        {
            await ChangeRulesAsync(live, rules, context, cancellationToken);
        }

        await files.CleanAsync(live, rules, context, cancellationToken);
        await RetireAsync(context, cancellationToken);
        return await cleaned.TotalsAsync(live, context.RunId, cancellationToken);
    }

    // every step can be the last before a crash: the next attempt sees from the tables which it was, and goes on there
    private async Task ChangeRulesAsync(CleanTarget live, RecordRules rules, StageContext context, CancellationToken cancellationToken)
    {
        await using var held = await NamedLock.TryTakeAsync(warehouse, RulesLock(dataSet), LongestWait, time, cancellationToken)
            ?? throw new StageFailedException($"Another run has been cleaning '{dataSet.Key}' anew for {LongestWait.TotalHours:0} hour; this one waits for its end. Retry it then.", retry: true);
        var state = await tables.StateAsync(dataSet, cancellationToken);
        if (state.Live != live.Rules)
        {
            if (await tables.IsUnusedAsync(dataSet, cancellationToken))
            {
                await tables.AdoptAsync(live, context.Fence, cancellationToken);
            }
            else
            {
                await CleanAnewAsync(live with { Table = CleanTables.NextOf(dataSet.CleanTable) }, rules, state, context, cancellationToken);
            }
        }

        await tables.FinishAsync(live, context.Fence, cancellationToken);
    }

    // who cleans the data set anew still needs the files, and the next run will come by
    private async Task RetireAsync(StageContext context, CancellationToken cancellationToken)
    {
        await using var held = await NamedLock.TryTakeAsync(warehouse, RulesLock(dataSet), TimeSpan.Zero, time, cancellationToken);
        if (held is not null && await retention.RemoveAsync(dataSet.Key, context.Fence, cancellationToken) is var removed and > 0)
        {
            CleanLog.Removed(context.Log, removed, dataSet.Key);
        }
    }

    private async Task CleanAnewAsync(CleanTarget next, RecordRules rules, CleanTablesState state, StageContext context, CancellationToken cancellationToken)
    {
        CleanLog.CleaningAnew(context.Log, dataSet.Key, next.Table);
        if (state.Next != next.Rules)
        {
            await tables.BeginNextAsync(next, context.Fence, cancellationToken);
        }

        await files.CleanAsync(next, rules, context, cancellationToken);
        if (await tables.CarryOverAsync(next, context.Fence, cancellationToken) is var carried and > 0)
        {
            await context.WarnAsync($"The rules for '{dataSet.Key}' have changed, and the landing files of {carried} of its rows are gone: these rows stay in '{dataSet.CleanTable}' as the old rules made them.");
        }

        await tables.SwapAsync(next, context.Fence, cancellationToken);
        CleanLog.Swapped(context.Log, dataSet.CleanTable);
    }
}
