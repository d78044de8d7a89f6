namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>Brings one rollup up to date with the facts.</summary>
internal sealed class RollupStage(SqlTaskFile file, RollupKeeper rollups) : IStage
{
    /// <summary>The run's parameter that asks for all rollups to be computed anew and compared with what was kept.</summary>
    public const string AnewParameter = "rebuild";

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var outcome = await rollups.KeepAsync(file, context, context.Parameters.Boolean(AnewParameter) is true, cancellationToken);
        return StageResult.Of(("rows", outcome.Rows), ("files", outcome.Files));
    }
}
