using PinScheduler.Stages;

namespace PinScheduler.Orchestration;

/// <summary>A task that is a few lines, written where the pipeline is described.</summary>
internal sealed class FunctionStage(Func<StageContext, CancellationToken, Task> run) : IStage
{
    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        await run(context, cancellationToken);
        return StageResult.Of();
    }
}
