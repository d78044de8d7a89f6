using PinScheduler.Orchestration.Graph;
using PinScheduler.Stages;

namespace PinScheduler.Orchestration.Runs;

/// <summary>A request that has been checked.</summary>
internal sealed record PreparedRun(Pipeline Pipeline, RunRequest Request, RunParameters Parameters)
{
    /// <summary>Why a task is skipped that is none of the request's.</summary>
    public const string NotAskedFor = "not asked for";

    public IEnumerable<TaskRow> Tasks(string runState) => Pipeline.Graph.Order.Select((node, ordinal) => Reason(node.Key, runState) is { } reason
        ? new TaskRow { Key = node.Key, Ordinal = ordinal, State = TaskState.Skipped, Reason = reason }
        : new TaskRow { Key = node.Key, Ordinal = ordinal });

    private string? Reason(string key, string runState) =>
        runState == RunState.Skipped ? "the run was skipped"
        : Request.Only is { } only && !only.Contains(key) ? NotAskedFor
        : Pipeline.Task(key)!.SkipWhen?.Invoke(Parameters) == true ? "nothing to do with these parameters"
        : null;
}
