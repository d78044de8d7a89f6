namespace PinScheduler.Orchestration.Graph;

/// <summary>A task as a version keeps it: all but its code.</summary>
internal sealed record TaskNode(
    string Key, string Stage, string Title, string Queue, IReadOnlyList<string> DependsOn, TriggerRule Rule, int MaxAttempts, double? TimeOutSeconds, string Fingerprint)
{
    public static TaskNode Of(TaskDefinition task) =>
        new(task.Key, task.Stage, task.Title, task.Queue, task.DependsOn, task.Rule, task.MaxAttempts, task.TimeOut?.TotalSeconds, task.Fingerprint);
}
