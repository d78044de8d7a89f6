namespace PinScheduler.Stages;

/// <summary>
/// What a task does. It may run twice, die between any two statements or come back late: what it commits, it commits under
/// <see cref="StageContext.Fence"/>, and running it again must change nothing that is already done.
/// </summary>
public interface IStage
{
    /// <exception cref="StageFailedException">The attempt failed; it says whether another try could help.</exception>
    Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken);
}
