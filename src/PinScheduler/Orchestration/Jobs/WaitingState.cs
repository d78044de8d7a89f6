using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>
/// The state of a job whose task waits for its parents. To the dashboard and to Hangfire's continuations it is Awaiting, with the same data;
/// but an AwaitingState it must not be: Hangfire would take the lock of one more parent while it holds another's, and deadlock.
/// </summary>
internal sealed class WaitingState(string? parentJob, string queue, string reason) : IState
{
    public string Name => AwaitingState.StateName;

    public string Reason => reason;

    public bool IsFinal => false;

    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData() => new()
    {
        ["ParentId"] = parentJob ?? "",
        ["NextState"] = SerializationHelper.Serialize<IState>(new EnqueuedState(queue), SerializationOption.TypedInternal),
        ["Options"] = JobContinuationOptions.OnAnyFinishedState.ToString("D"),
    };
}
