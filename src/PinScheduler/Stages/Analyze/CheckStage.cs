using PinScheduler.Database;
using PinScheduler.Stages.Analyze.Rollups;

namespace PinScheduler.Stages.Analyze;

/// <summary>Runs one check: a query whose rows are what breaks a rule. It warns, or, where its severity is `fail`, fails.</summary>
internal sealed class CheckStage(SqlTask task, Warehouse warehouse, RollupKeeper rollups, ResultRetention retention) : IStage
{
    // enough to see what is wrong; a warehouse may break a rule in every row
    private const int KeptRows = 1000;

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var now = task.AsItIsNow();
        var file = now.File;
        var broken = (await new SqlTaskRun(warehouse, rollups, now, context).RunAsync(KeptRows, cancellationToken)).Count;
        await retention.PruneAsync(file, context.Fence, cancellationToken);
        var result = StageResult.Of(("broken", broken));
        if (broken == 0)
        {
            return result;
        }

        if (file.Severity == SqlTaskFile.Fail)
        {
            throw new StageFailedException($"Check '{file.Name}': {file.Message.Sentence(file, broken)} Its severity is 'fail': mend the data, or the rule in {file.Path}, and retry.") { Result = result };
        }

        await context.WarnAsync($"Check '{file.Name}': {file.Message.Text(file, broken)}");
        return result;
    }
}
