using PinScheduler.Stages;

namespace PinScheduler.Orchestration;

/// <summary>Describes a task beyond what every task has.</summary>
public sealed class TaskBuilder
{
    private TaskDefinition _task;

    internal TaskBuilder(TaskDefinition task) => _task = task;

    public TaskBuilder After(params IEnumerable<string> parents)
    {
        _task = _task with { DependsOn = [.. _task.DependsOn, .. parents] };
        return this;
    }

    public TaskBuilder When(TriggerRule rule)
    {
        _task = _task with { Rule = rule };
        return this;
    }

    public TaskBuilder Attempts(int most)
    {
        _task = _task with { MaxAttempts = most };
        return this;
    }

    public TaskBuilder TimeOut(TimeSpan ofOneAttempt)
    {
        _task = _task with { TimeOut = ofOneAttempt };
        return this;
    }

    public TaskBuilder SkipWhen(Func<RunParameters, bool> nothingToDo)
    {
        _task = _task with { SkipWhen = nothingToDo };
        return this;
    }

    public TaskBuilder Fingerprint(string text)
    {
        _task = _task with { Fingerprint = text };
        return this;
    }

    internal TaskDefinition Build() => _task;
}
